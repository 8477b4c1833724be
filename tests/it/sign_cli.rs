//! The commands keys, sign, verify and payload, as used by scripts and users.

use std::fs;

use serde_json::Value;

use crate::sign::PLAIN;
use crate::support::{TestDir, root, snapshot};

pub(crate) const KEY: &str = "ABC_Software.test.key.pem";

pub(crate) const DAY: &str = "2026-03-01";

/// A directory with the example trust store, its test key, and an unsigned license.
pub(crate) fn test_dir() -> TestDir {
    let dir = TestDir::new();
    for entry in fs::read_dir(root().join("keys")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        dir.copy(&format!("keys/{name}"), &format!("keys/{name}"));
    }
    fs::rename(dir.path(&format!("keys/{KEY}")), dir.path(KEY)).unwrap();
    private(&dir, KEY);
    dir.write("a.lic", PLAIN);
    dir
}

/// Makes a file readable by its owner only, as required for secrets.
pub(crate) fn private(dir: &TestDir, name: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    let _ = (dir, name);
}

/// Makes a file executable.
#[cfg(unix)]
pub(crate) fn executable(dir: &TestDir, name: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(dir.path(name), fs::Permissions::from_mode(0o755)).unwrap();
}

pub(crate) fn signed_dir() -> TestDir {
    let dir = test_dir();
    dir.run(&["sign", "a.lic", "--key", KEY, "--in-place"]).expect_code(0);
    dir
}

pub(crate) fn verify(dir: &TestDir, args: &[&str]) -> crate::support::Outcome {
    dir.run(&[&["verify", "--development", "--at", DAY][..], args].concat())
}

#[test]
fn new_key_signs_license_that_verifies() {
    let dir = TestDir::new();
    dir.write("a.lic", PLAIN.replace("ISSUED=2026-01-15", ""));
    dir.write("pass", "a passphrase\n");
    private(&dir, "pass");
    let made =
        dir.run(&["keys", "new", "--vendor", "ABC_Software", "--passphrase-file", "pass"]).expect_code(0);
    assert!(
        made.stdout.contains("next: keywright sign LICENSE --key ABC_Software.key.pem --in-place"),
        "{}",
        made.stdout
    );
    let secret = dir.read("ABC_Software.key.pem");
    assert!(secret.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    dir.run(&["sign", "a.lic", "--key", "ABC_Software.key.pem", "--in-place"]).expect_code(2);
    let sign = ["sign", "a.lic", "--key", "ABC_Software.key.pem", "-o", "b.lic"];
    dir.run(&[&sign[..], &["--passphrase-file", "pass"]].concat()).expect_code(0);
    dir.run_with(&[&sign[..], &["--passphrase-fd", "0"]].concat(), b"a passphrase\r\n").expect_code(0);
    let wrong = dir.run_with(&[&sign[..], &["--passphrase-fd", "0"]].concat(), b"another").expect_code(6);
    assert!(wrong.stderr.contains("wrong passphrase, or the key file is damaged"), "{}", wrong.stderr);
    assert_eq!(dir.read("a.lic"), PLAIN.replace("ISSUED=2026-01-15", ""));
    let good = dir.run(&["verify", "--at", "2027-01-01", "b.lic"]).expect_code(0);
    assert!(good.stdout.ends_with("RESULT: VALID (2 of 2 blocks valid)  exit 0\n"), "{}", good.stdout);
    // Existing files are not overwritten, and the store accepts a second key.
    let again = dir.run(&["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"]).expect_code(6);
    assert!(again.stderr.contains("never overwritten"), "{}", again.stderr);
    assert_eq!(dir.read("ABC_Software.key.pem"), secret);
    let more = [
        "keys",
        "new",
        "--vendor",
        "null",
        "--no-passphrase",
        "--usage",
        "development",
        "--out",
        "other.pem",
    ];
    dir.run(&more).expect_code(0);
    assert_eq!(dir.run(&["keys", "list"]).expect_code(0).stdout.lines().count(), 2);
    dir.run(&["verify", "--at", "2027-01-01", "b.lic"]).expect_code(0);
}

#[test]
fn sign_reports_blocks_and_writes_all_or_nothing() {
    let dir = test_dir();
    let sign = dir.run(&["sign", "a.lic", "--key", KEY, "-o", "b.lic"]).expect_code(0);
    assert_eq!(sign.stdout, "");
    assert_eq!(dir.read("a.lic"), PLAIN);
    let stdout = dir.run(&["sign", "a.lic", "--key", KEY, "-o", "-"]).expect_code(0).stdout;
    assert_eq!(stdout, dir.read("b.lic"));
    let piped = dir.run_with(&["sign", "-", "--key", KEY, "-o", "-"], PLAIN.as_bytes()).expect_code(0).stdout;
    assert_eq!(piped, stdout);
    snapshot("sign", "signed", &stdout);
    for (name, text, code) in [
        ("broken.lic", PLAIN.replace("COUNT=20", "COUNT=020"), 3),
        ("lost.lic", PLAIN.replace("}\nFEATURE", "\nFEATURE"), 3),
        ("foreign.lic", PLAIN.replace("ABC_Software KEYTYPE=TOKEN", "Other KEYTYPE=TOKEN"), 1),
        ("late.lic", PLAIN.replace("ISSUED=2026-01-15", "ISSUED=2025-12-31"), 1),
        ("empty.lic", String::new(), 1),
    ] {
        dir.write(name, &text);
        let refused = dir.run(&["sign", name, "--key", KEY, "--in-place"]).expect_code(code);
        assert!(!refused.stderr.is_empty());
        assert_eq!(dir.read(name), text);
    }
    for (args, code) in [
        (&["sign", "a.lic", "--key", KEY][..], 2),
        (&["sign", "a.lic", "--key", KEY, "-o", "b.lic", "--in-place"], 2),
        (&["sign", "-", "--key", KEY, "--in-place"], 2),
        (&["sign", "-", "--key", KEY, "-o", "b.lic", "--passphrase-fd", "0"], 2),
        (&["sign", "a.lic", "--key", KEY, "-o", KEY], 2),
        (&["sign", "a.lic", "--key", KEY, "-o", "b.lic", "--trust", "no-store"], 2),
        (&["sign", "a.lic", "--key", "missing.pem", "-o", "b.lic"], 6),
        (&["sign", "missing.lic", "--key", KEY, "-o", "b.lic"], 6),
        (&["sign", "a.lic", "--key", "a.lic", "-o", "b.lic"], 6),
    ] {
        dir.run(args).expect_code(code);
    }
    assert!(dir.read(KEY).contains("PRIVATE KEY"));
}

#[test]
fn sign_rejects_untrusted_key() {
    let dir = test_dir();
    let made = ["keys", "new", "--vendor", "ABC_Software", "--no-passphrase", "--trust", "other"];
    dir.run(&made).expect_code(0);
    let refused = dir.run(&["sign", "a.lic", "--key", "ABC_Software.key.pem", "-o", "b.lic"]).expect_code(2);
    assert!(refused.stderr.contains("is not in the trust store"), "{}", refused.stderr);
    dir.run(&["sign", "a.lic", "--key", "ABC_Software.key.pem", "-o", "b.lic", "--trust", "other"])
        .expect_code(1);
    // The header of a key file must agree with the trust store.
    let text = dir.read(KEY).replace("Usage: development", "Usage: production");
    fs::write(dir.path(KEY), text).unwrap();
    let refused = dir.run(&["sign", "a.lic", "--key", KEY, "-o", "b.lic"]).expect_code(2);
    assert!(refused.stderr.contains("differ between the key file"), "{}", refused.stderr);
}

#[test]
fn human_verdicts_match_snapshots() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    dir.write("changed.lic", good.replace("COUNT=5", "COUNT=50"));
    let both = verify(&dir, &["a.lic", "changed.lic"]).expect_code(1);
    snapshot("sign", "verify-human", &both.shown());
    dir.write("mixed.lic", "");
    let one = "FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 LICENSEE=One }\n";
    dir.write("mixed.lic", format!("{one}{}", one.replace("One", "0ne")));
    dir.run(&["sign", "mixed.lic", "--key", KEY, "--in-place", "--allow", "X003"]).expect_code(0);
    let mixed = verify(&dir, &["mixed.lic"]).expect_code(5);
    snapshot("sign", "verify-mixed", &mixed.shown());
}

#[test]
fn verify_exit_codes_match_verdicts() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    dir.write("invalid.lic", good.replace("COUNT=5", "COUNT=6"))
        .write("malformed.lic", good.replace("COUNT=20", "COUNT=020"))
        .write("unknown.lic", good.replace("COUNT=20", "COUNT=20 QUOTA=1"))
        .write("cut.lic", &good[..good.len() - 20])
        .write("empty.lic", "")
        .write("comment.lic", "# nothing\n")
        .write("latin1.lic", b"FEATURE \xe4 { }")
        .write("none/trust.yaml", "version: 1\nkeys: []\n")
        .write("bad/trust.yaml", "version: 1\nkeys: {}\n");
    for (args, code) in [
        (&["a.lic"][..], 0),
        (&["invalid.lic"], 1),
        (&["empty.lic"], 1),
        (&["comment.lic"], 1),
        (&["malformed.lic"], 3),
        (&["unknown.lic"], 3),
        (&["cut.lic"], 3),
        (&["latin1.lic"], 3),
        (&["missing.lic"], 6),
        (&["keys"], 6),
        (&["a.lic", "empty.lic"], 1),
        (&["a.lic", "invalid.lic", "malformed.lic"], 3),
        (&["malformed.lic", "missing.lic", "a.lic"], 6),
        (&["a.lic", "--at", "2028-01-01"], 4),
        (&["a.lic", "--at", "2025-01-01"], 4),
        (&["a.lic", "invalid.lic", "--at", "2028-01-01"], 1),
        (&["a.lic", "--at", "2028-02-30"], 2),
        (&["a.lic", "--trust", "no-store"], 2),
        (&["a.lic", "--trust", "none"], 2),
        (&["a.lic", "--trust", "bad"], 2),
        (&["a.lic", "--format", "xml"], 2),
        (&[], 2),
    ] {
        let args: Vec<&str> = [&["verify", "--development"][..], args].concat();
        let args = if args.contains(&"--at") { args } else { [&args[..], &["--at", DAY]].concat() };
        // The exit code does not depend on verbosity or output format.
        dir.run(&args).expect_code(code);
        dir.run(&[&args[..], &["--quiet"]].concat()).expect_code(code);
        if !args.contains(&"--format") {
            let json = dir.run(&[&args[..], &["--format", "json"]].concat()).expect_code(code);
            if code != 2 {
                let report: Value = serde_json::from_str(&json.stdout).unwrap();
                assert_eq!(report["exit_code"], code, "{args:?}");
            }
        }
    }
    dir.run(&["verify", "--at", DAY, "a.lic"]).expect_code(1);
    let piped = dir.run_with(&["verify", "--development", "--at", DAY, "-"], good.as_bytes()).expect_code(0);
    assert!(piped.stdout.contains("  <stdin>  2 blocks  "), "{}", piped.stdout);
}

/// The object has exactly the keys that the schema requires.
fn conforms(object: &Value, schema: &Value, name: &str) {
    let mut expected: Vec<&str> =
        schema["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    let mut found: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected, "{name}");
}

#[test]
fn json_verdicts_match_schema() {
    let dir = signed_dir();
    let good = dir.read("a.lic");
    dir.write("b.lic", format!("{}\nFEATURE lost {{", good.replace("COUNT=5", "COUNT=6")));
    let json = verify(&dir, &["--format", "json", "a.lic", "b.lic", "missing.lic"]).expect_code(6).stdout;
    let schema: Value = serde_json::from_str(include_str!("../../docs/schema/verify.schema.json")).unwrap();
    let report: Value = serde_json::from_str(&json).unwrap();
    conforms(&report, &schema, "report");
    let mut verdicts = Vec::new();
    for file in report["files"].as_array().unwrap() {
        conforms(file, &schema["$defs"]["file"], "file");
        for block in file["blocks"].as_array().unwrap() {
            conforms(block, &schema["$defs"]["block"], "block");
            assert!(block["verdict"] == "VALID" || block["unlocks"].is_null());
            assert!(block["verdict"] != "VALID" || block["claims"].is_null());
            assert!(block["grants"].is_null() && block["log"].is_null());
            for (part, definition) in [("unlocks", "unlocks"), ("claims", "granted")] {
                if block[part].is_object() {
                    conforms(&block[part], &schema["$defs"][definition], part);
                }
            }
            verdicts.push(block["verdict"].as_str().unwrap());
        }
    }
    assert_eq!(verdicts, ["VALID", "VALID", "VALID", "INVALID", "MALFORMED"]);
    assert_eq!(report["files"][2]["result"], "NOT-READ");
    assert_eq!((&report["result"], &report["exit_code"]), (&Value::from("NOT-READ"), &Value::from(6)));
    let listed: Vec<&str> = schema["$defs"]["verdict"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect();
    assert_eq!(listed, keywright::verify::Verdict::ALL.map(keywright::verify::Verdict::as_str));
}

#[test]
fn invalid_store_accepts_no_new_key() {
    let dir = test_dir();
    let list = dir.read("keys/trust.yaml");
    for text in [
        list.replace("state: active", "state: actve"),
        "keys: [".to_owned(),
        list.replace("version: 1", "version: 2"),
    ] {
        dir.write("keys/trust.yaml", &text);
        dir.run(&["keys", "new", "--vendor", "V", "--no-passphrase"]).expect_code(2);
        assert_eq!(dir.read("keys/trust.yaml"), text);
        assert!(!dir.path("V.key.pem").exists());
    }
    // A list in another layout is read, but not modified.
    let flow = "version: 1\nkeys: []\n# end";
    dir.write("keys/trust.yaml", flow);
    dir.run(&["keys", "new", "--vendor", "V", "--no-passphrase"]).expect_code(0);
    for args in [["--vendor", "a b"], ["--vendor", ""], ["--vendor", "../x"]] {
        dir.run(&[&["keys", "new", "--no-passphrase"][..], &args[..]].concat()).expect_code(2);
    }
    let never = [
        "keys",
        "new",
        "--vendor",
        "W",
        "--no-passphrase",
        "--not-before",
        "2027-01-01",
        "--not-after",
        "2026-01-01",
    ];
    dir.run(&never).expect_code(2);
}

#[test]
fn unusual_list_layout_is_preserved() {
    let dir = test_dir();
    let id = "20cb69c381446502";
    let text = format!(
        "keys:\n- {{vendor: ABC_Software, id: '{id}', file: ABC_Software-{id}.pub.pem, usage: development, not-before: 2026-01-01, not-after: 2099-12-31, state: active}}\nversion: 1\n"
    );
    dir.write("keys/trust.yaml", &text);
    dir.run(&["keys", "list"]).expect_code(0);
    let refused = dir.run(&["keys", "new", "--vendor", "V", "--no-passphrase"]).expect_code(2);
    assert!(
        refused.stderr.contains("cannot add an entry to `trust.yaml`") && refused.stderr.contains("by hand"),
        "{}",
        refused.stderr
    );
    assert_eq!(dir.read("keys/trust.yaml"), text);
    assert!(!dir.path("V.key.pem").exists());
}

#[test]
fn payload_command_prints_raw_bytes() {
    let dir = signed_dir();
    let payload = dir.run(&["payload", "a.lic", "--feature", "MyDraw"]).expect_code(0).stdout;
    snapshot("sign", "payload", &payload);
    assert!(payload.starts_with("keywright-feature 1\n5\nFEATURE 6 MyDraw\n"));
    let mut command = dir.command();
    let message =
        command.args(["payload", "a.lic", "--feature", "MyDraw", "--message"]).output().unwrap().stdout;
    assert_eq!((message.len(), &message[..20]), (95, &b"\x13keywright/feature/1"[..]));
    dir.write("u.lic", "FEATURE a { VENDOR=v }\nFEATURE a { VENDOR=w }\nFEATURE b { VENDOR=v COUNT=01 }");
    for (args, code) in [
        (&["--feature", "a"][..], 2),
        (&["--feature", "a", "--block", "2"], 0),
        (&["--feature", "a", "--block", "0"], 2),
        (&["--feature", "a", "--block", "3"], 2),
        (&["--feature", "A", "--block", "1"], 2),
        (&["--feature", "b"], 3),
        (&["--feature", "a", "--block", "1", "--message"], 2),
        (&["--feature", "a", "--block", "1", "--message", "--key-id", "0123"], 2),
        (&["--feature", "a", "--block", "1", "--key-id", "0123456789abcdef"], 2),
    ] {
        dir.run(&[&["payload", "u.lic"][..], args].concat()).expect_code(code);
    }
    let second = dir.run(&["payload", "u.lic", "--feature", "a", "--block", "2"]).stdout;
    assert!(second.contains("VENDOR 1 w\n"), "{second}");
    let mut command = dir.command();
    command.args([
        "payload",
        "u.lic",
        "--feature",
        "a",
        "--block",
        "1",
        "--message",
        "--key-id",
        "0123456789abcdef",
    ]);
    assert_eq!(command.output().unwrap().stdout.len(), 95);
}

#[test]
fn sign_applies_configured_levels() {
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "Acme", "--no-passphrase", "--out", "k.pem"]).expect_code(0);
    dir.write("a.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=x }\n");
    let sign = ["sign", "a.lic", "--key", "k.pem", "-o", "signed.lic"];
    dir.write("keywright.toml", "directives = [\"COUNT\"]\n");
    let refused = dir.run(&sign).expect_code(1);
    assert!(refused.stderr.contains("P002"), "{}", refused.stderr);
    assert!(!dir.names().contains(&"signed.lic".to_owned()));
    dir.write("keywright.toml", "directives = [\"COUNT\"]\nlevels = { P002 = \"allow\" }\n");
    dir.run(&sign).expect_code(0);
}
