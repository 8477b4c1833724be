//! The life of keys and licenses on the command line: revoking, publishing trust, states of keys, loss of a key.

use std::fs;

use serde_json::Value;

use crate::sign_cli::{DAY, KEY, private, signed_dir, test_dir, verify};
use crate::support::{Outcome, TestDir, snapshot};

const ID: &str = "20cb69c381446502";

pub(crate) fn revoke(dir: &TestDir, args: &[&str]) -> Outcome {
    dir.run(&[&["revoke", "--key", KEY][..], args].concat())
}

#[test]
fn revocation_list_can_be_renewed_and_expires() {
    let dir = signed_dir();
    revoke(&dir, &["--key-id", "0123456789abcdef", "--reason", "lost", "--expires", "2099-01-31"])
        .expect_code(0);
    verify(&dir, &["a.lic"]).expect_code(0);
    let at = |day: &str| dir.run(&["verify", "--development", "--at", day, "a.lic"]).code;
    assert_eq!((at("2027-12-31"), at("2099-02-01")), (0, 5));
    let human = dir.run(&["verify", "--development", "--at", "2099-02-01", "a.lic"]);
    assert!(human.stdout.contains("\n  STALE "), "{}", human.stdout);
    revoke(&dir, &["--expires", "2099-12-31"]).expect_code(0);
    assert_eq!(at("2099-12-01"), 4);
    for (args, code) in [
        (&["--sn", "S 1", "--reason", "x"][..], 2),
        (&["--sn", "S-1"], 2),
        (&["--sn", "S-1", "--reason", ""], 2),
        (&["--sn", "S-1", "--reason", "a\nb"], 2),
        (&["--reason", "x"], 2),
        (&["--key-id", "0123456789abcdef", "--reason", "again"], 2),
        (&["--key-id", ID, "--reason", "itself"], 2),
        (&["--key-id", "01", "--reason", "x"], 2),
        (&["--digest", "01", "--reason", "x"], 2),
        (&["--feature", "a", "--reason", "x"], 2),
        (&["--license", "a.lic", "--feature", "None", "--reason", "x"], 1),
        (&["--license", "missing.lic", "--reason", "x"], 6),
        (&["--sn", "S-1", "--reason", "x", "--expires", "2020-01-01"], 2),
    ] {
        let before = dir.read("keys/ABC_Software.revocations");
        revoke(&dir, args).expect_code(code);
        assert_eq!(dir.read("keys/ABC_Software.revocations"), before);
    }
}

/// A vendor's directory with an active and a standby production key, and a license signed with the active one.
pub(crate) fn vendor() -> TestDir {
    let dir = TestDir::new();
    let new = ["keys", "new", "--vendor", "ABC_Software", "--no-passphrase"];
    dir.run(&[&new[..], &["--out", "one.pem"]].concat()).expect_code(0);
    dir.run(&[&new[..], &["--out", "two.pem", "--standby"]].concat()).expect_code(0);
    dir.write("a.lic", "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 }\n");
    dir.run(&["sign", "a.lic", "--key", "one.pem", "--in-place"]).expect_code(0);
    dir
}

pub(crate) fn ids(dir: &TestDir) -> Vec<String> {
    let list = dir.run(&["keys", "list"]).expect_code(0).stdout;
    list.lines().map(|line| line[..16].to_owned()).collect()
}

#[test]
fn installed_bundle_is_updated_by_its_vendor() {
    let dir = vendor();
    let ids = ids(&dir);
    let line = dir.run(&["keys", "export", &ids[0], "--form", "line"]).expect_code(0).stdout;
    dir.run(&["trust", "bundle", "--key", "one.pem", "-o", "1.bundle"]).expect_code(0);
    let install = |bundle: &str, more: &[&str]| {
        dir.run(&[&["trust", "install", bundle, "--trust", "support"][..], more].concat())
    };
    install("1.bundle", &[]).expect_code(2);
    let other = dir.run(&["keys", "export", &ids[1], "--form", "line"]).expect_code(0).stdout;
    install("1.bundle", &["--first", other.trim()]).expect_code(1);
    install("1.bundle", &["--first", "keywright-pub:a:b:c"]).expect_code(2);
    assert!(!dir.path("support").exists());
    install("1.bundle", &["--first", line.trim()]).expect_code(0);
    dir.run(&["verify", "a.lic", "--trust", "support"]).expect_code(0);
    assert_eq!(dir.run(&["keys", "list", "--trust", "support"]).expect_code(0).stdout.lines().count(), 2);
    // The installed store is its vendor's.
    dir.run(&["keys", "retire", &ids[0], "--trust", "support"]).expect_code(2);
    dir.run(&["keys", "new", "--vendor", "V", "--no-passphrase", "--trust", "support"]).expect_code(2);
    // The active key is lost: the standby key, which version 1 lists, signs version 2.
    dir.run(&["keys", "compromise", &ids[0]]).expect_code(0);
    dir.run(&["keys", "activate", &ids[1]]).expect_code(0);
    dir.run(&["trust", "bundle", "--key", "two.pem", "-o", "2.bundle"]).expect_code(0);
    let same = install("2.bundle", &[]).expect_code(5);
    assert!(same.stderr.contains("version 1 was seen before with a different text"), "{}", same.stderr);
    let bundle = ["trust", "bundle", "--key", "two.pem", "--previous", "1.bundle", "-o", "2.bundle"];
    dir.run(&bundle).expect_code(0);
    install("2.bundle", &[]).expect_code(0);
    install("2.bundle", &[]).expect_code(0);
    let lost = dir.run(&["verify", "a.lic", "--trust", "support"]).expect_code(1);
    assert!(lost.stdout.contains("is compromised since"), "{}", lost.stdout);
    let rollback = install("1.bundle", &[]).expect_code(1);
    assert!(rollback.stderr.contains("is compromised since"), "{}", rollback.stderr);
    // What was changed, cut or taken away is noticed.
    let text = dir.read("support/trust.bundle");
    dir.write("support/trust.bundle", text.replace("active", "standby"));
    dir.run(&["verify", "a.lic", "--trust", "support"]).expect_code(2);
    dir.write("support/trust.bundle", "");
    dir.run(&["verify", "a.lic", "--trust", "support"]).expect_code(2);
    fs::remove_file(dir.path("support/trust.bundle")).unwrap();
    dir.run(&["verify", "a.lic", "--trust", "support"]).expect_code(2);
    let old = install("1.bundle", &["--first", line.trim()]).expect_code(5);
    assert!(old.stderr.contains("version 2 was seen before"), "{}", old.stderr);
}

#[test]
fn bundle_that_cannot_be_installed_is_not_written() {
    let dir = vendor();
    dir.run(&["trust", "bundle", "--key", "one.pem", "-o", "1.bundle"]).expect_code(0);
    let new = ["keys", "new", "--vendor", "ABC_Software", "--no-passphrase", "--out", "three.pem"];
    dir.run(&new).expect_code(0);
    let bundle = |key: &str, previous: &str| {
        dir.run(&["trust", "bundle", "--key", key, "--previous", previous, "-o", "2.bundle"])
    };
    let refused = bundle("three.pem", "1.bundle").expect_code(1);
    assert!(refused.stderr.contains("is not active or standby in version 1"), "{}", refused.stderr);
    bundle("one.pem", "a.lic").expect_code(2);
    dir.write("cut.bundle", &dir.read("1.bundle")[..300]);
    bundle("one.pem", "cut.bundle").expect_code(2);
    assert!(!dir.path("2.bundle").exists());
    dir.run(&["trust", "bundle", "--key", "one.pem", "-o", "x", "--expires", "2020-01-01"]).expect_code(1);
    bundle("one.pem", "1.bundle").expect_code(0);
    assert!(dir.read("2.bundle").contains("version: 2\n"));
}

#[test]
fn key_states_change_in_one_direction() {
    let dir = vendor();
    let ids = ids(&dir);
    let state = |command: &str, id: &str| dir.run(&["keys", command, id]);
    state("standby", &ids[0]).expect_code(0);
    state("activate", &ids[0]).expect_code(0);
    let output = state("retire", &ids[0]).expect_code(0);
    assert!(output.stdout.contains("active → retired since"), "{}", output.stdout);
    state("activate", &ids[0]).expect_code(1);
    dir.run(&["keys", "retire", &ids[0], "--since", "2026-01-01"]).expect_code(0);
    let output = state("compromise", &ids[0]).expect_code(0);
    assert!(output.stderr.contains("keywright revoke"), "{}", output.stderr);
    state("retire", &ids[0]).expect_code(1);
    state("activate", &ids[0]).expect_code(1);
    state("retire", "0123456789abcdef").expect_code(1);
    state("retire", "x").expect_code(2);
    dir.run(&["sign", "a.lic", "--key", "one.pem", "-o", "b.lic"]).expect_code(1);
    assert!(!dir.path("b.lic").exists());
}

#[test]
fn drill_uses_standby_key() {
    let dir = vendor();
    let ids = ids(&dir);
    let drill = dir.run(&["keys", "drill", "--key", "two.pem"]).expect_code(0);
    assert!(drill.stdout.contains(&format!("assumed lost    {}", ids[0])), "{}", drill.stdout);
    assert!(drill.stdout.contains("a block signed with it today is VALID"), "{}", drill.stdout);
    dir.run(&["keys", "drill", "--key", "one.pem"]).expect_code(2);
    // A store that was shipped before the standby key was made does not help.
    dir.run(&[
        "keys",
        "new",
        "--vendor",
        "ABC_Software",
        "--no-passphrase",
        "--trust",
        "old",
        "--out",
        "x.pem",
    ]);
    dir.run(&["keys", "drill", "--key", "two.pem", "--trust", "old"]).expect_code(2);
    // Nor does a standby key that may not sign yet.
    let late = ["--not-before", "2090-01-01", "--standby", "--out", "late.pem", "--no-passphrase"];
    dir.run(&[&["keys", "new", "--vendor", "ABC_Software"][..], &late].concat()).expect_code(0);
    dir.run(&["keys", "drill", "--key", "late.pem"]).expect_code(1);
}

#[test]
fn passphrase_change_is_atomic() {
    let dir = test_dir();
    for (name, text) in [("old", "old one"), ("new", "new one"), ("wrong", "x"), ("empty", "")] {
        dir.write(name, text);
        private(&dir, name);
    }
    let file = ["keys", "passwd", KEY];
    let passwd = |args: &[&str]| dir.run(&[&file[..], args].concat());
    let plain = dir.read(KEY);
    passwd(&["--new-passphrase-file", "old"]).expect_code(0);
    let first = dir.read(KEY);
    assert!(first.contains("ENCRYPTED") && first.contains("Created: 2026-11-22\n"), "{first}");
    for (args, code) in [
        (&["--passphrase-file", "wrong", "--new-passphrase-file", "new"][..], 6),
        (&["--passphrase-file", "old", "--new-passphrase-file", "empty"], 2),
        (&["--passphrase-file", "old", "--new-passphrase-file", "missing"], 2),
        (&["--passphrase-file", "old"], 2),
        (&["--passphrase-file", "old", "--no-passphrase", "--new-passphrase-file", "new"], 2),
    ] {
        passwd(args).expect_code(code);
        assert_eq!(dir.read(KEY), first);
    }
    passwd(&["--passphrase-file", "old", "--new-passphrase-file", "new", "--kdf", "pbkdf2"]).expect_code(0);
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "b.lic", "--passphrase-file", "old"]).expect_code(6);
    dir.run(&["sign", "a.lic", "--key", KEY, "-o", "b.lic", "--passphrase-file", "new"]).expect_code(0);
    let warned = passwd(&["--passphrase-file", "new", "--no-passphrase"]).expect_code(0);
    assert!(warned.stderr.contains("not encrypted"), "{}", warned.stderr);
    assert_eq!(dir.read(KEY), plain);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(dir.path(KEY)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(!dir.names().iter().any(|name| name.starts_with(".keywright")), "{:?}", dir.names());
}

#[test]
fn keys_of_other_programs_can_be_imported() {
    let dir = TestDir::new();
    dir.copy("tests/sign/openssl-pbkdf2.test.key.pem", "openssl.pem");
    dir.write("pass", "test").write("new", "another");
    private(&dir, "pass");
    private(&dir, "new");
    let import = |args: &[&str]| dir.run(&[&["keys", "import"][..], args].concat());
    let mine = ["openssl.pem", "--vendor", "V", "--passphrase-file", "pass"];
    // Others can read the file: a clone does not keep its mode.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(dir.path("openssl.pem"), fs::Permissions::from_mode(0o644)).unwrap();
        import(&mine).expect_code(6);
    }
    private(&dir, "openssl.pem");
    import(&["openssl.pem", "--passphrase-file", "pass"]).expect_code(2);
    import(&["openssl.pem", "--vendor", "V", "--passphrase-file", "new"]).expect_code(6);
    assert!(!dir.path("keys").exists());
    import(&[&mine[..], &["--new-passphrase-file", "new"]].concat()).expect_code(0);
    dir.write("a.lic", "FEATURE a { VENDOR=V KEYTYPE=ADDITIVE COUNT=1 }");
    dir.run(&["sign", "a.lic", "--key", "V.key.pem", "-o", "b.lic", "--passphrase-file", "new"])
        .expect_code(0);
    dir.run(&["verify", "b.lic"]).expect_code(0);
    import(&[&mine[..], &["--out", "again.pem"]].concat()).expect_code(1);
    assert!(!dir.path("again.pem").exists());
    // The public half as a file and as a line, into other stores.
    let id = ids(&dir).remove(0);
    let line = dir.run(&["keys", "export", &id, "--form", "line"]).expect_code(0).stdout;
    let pem = dir.run(&["keys", "export", &id]).expect_code(0).stdout;
    assert_eq!(dir.run(&["keys", "export", &id, "--form", "hex"]).expect_code(0).stdout.len(), 65);
    dir.run(&["keys", "export", "0123456789abcdef"]).expect_code(1);
    dir.write("V.pub.pem", pem);
    import(&["V.pub.pem", "--vendor", "V", "--trust", "one"]).expect_code(0);
    import(&["V.pub.pem", "--trust", "three"]).expect_code(2);
    import(&[line.trim(), "--trust", "two"]).expect_code(0);
    import(&[line.trim(), "--vendor", "W", "--trust", "three"]).expect_code(2);
    import(&["keywright-pub:V:00:x", "--trust", "three"]).expect_code(2);
    import(&["b.lic", "--vendor", "V", "--trust", "three"]).expect_code(2);
    assert!(!dir.path("three").exists());
    for store in ["one", "two"] {
        dir.run(&["verify", "b.lic", "--trust", store]).expect_code(0);
    }
}

#[test]
fn verify_handles_directories_sets_and_vendors() {
    let dir = test_dir();
    let pool = "FEATURE Pool { VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.0 COUNT=20 SN=S-1 }\n";
    let token = "FEATURE Draw { VENDOR=ABC_Software KEYTYPE=TOKEN VERSION=1.0 SN=S-1\n  \
        TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=5\" }\n";
    for (name, text) in [
        ("c/pool.lic", pool.to_owned()),
        ("c/deep/draw.lic", token.to_owned()),
        ("other/pool.lic", pool.replace("S-1", "S-2")),
        ("whole.lic", format!("{pool}{token}")),
    ] {
        dir.write(name, text);
        dir.run(&["sign", name, "--key", KEY, "--in-place", "--allow", "D001,unknown-feature,X003,X004"])
            .expect_code(0);
    }
    dir.write("c/notes.txt", "no license").write("c/deep/x.lic.bak", "no license");
    let both = verify(&dir, &["c"]).expect_code(0);
    assert!(both.stdout.contains("RESULT: VALID (2 of 2 files valid)"), "{}", both.stdout);
    for (args, code) in [
        (&["c", "--one-set", "--require-all"][..], 0),
        (&["c/deep/draw.lic"], 0),
        (&["c/deep/draw.lic", "--require-all"], 5),
        (&["c", "--require-all"], 5),
        (&["whole.lic", "--require-all"], 0),
        (&["c/deep", "other"], 0),
        (&["c/deep", "other", "--one-set"], 5),
        (&["c/deep", "other", "--one-set", "--require-all"], 5),
        (&["c", "--vendor", "ABC_Software"], 0),
        (&["c", "--vendor", "Other"], 1),
        (&["c", "--vendor", "a b"], 2),
        (&["keys"], 6),
    ] {
        verify(&dir, args).expect_code(code);
    }
    let crossed = verify(&dir, &["c/deep", "other", "--one-set", "--require-all"]);
    snapshot("sign", "verify-crossed", &crossed.stdout);
    // A pool that is not valid is none.
    let changed = dir.read("whole.lic").replace("COUNT=20", "COUNT=90");
    dir.write("whole.lic", changed);
    let report = verify(&dir, &["whole.lic", "--require-all", "--format", "json"]).expect_code(1);
    let report: Value = serde_json::from_str(&report.stdout).unwrap();
    let file = &report["files"][0];
    assert_eq!(file["blocks"][0]["claims"]["count"], "90");
    assert_eq!(file["blocks"][1]["unlocks"]["draws"], Value::Array(Vec::new()));
    assert_eq!(file["policy"][0]["policy"], "INCOMPLETE");
    let whole = dir.run(&["verify", "--development", "--at", DAY, "c", "--one-set", "--format", "json"]);
    let whole: Value = serde_json::from_str(&whole.stdout).unwrap();
    assert_eq!(whole["files"][0]["blocks"][0]["unlocks"]["draws"][0]["count"], 5);
}

#[test]
fn ticket_contains_no_customer_data() {
    let dir = test_dir();
    let text = "FEATURE MyDraw { VENDOR=ABC_Software SN=CANARY-SN LICENSEE=\"CANARY GmbH\"\n  HOSTID=\"CUSTOM=CANARY01\"\n  \
        COMMENT=\"CANARY note\" DATA=\"CANARY\" OPTIONS=\"CANARY\" }\nFEATURE Other { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 SN=CANARY-2 LICENSEE=\"CANARY Inc\" }\n";
    dir.write("CANARY/a.lic", text);
    dir.run(&["sign", "CANARY/a.lic", "--key", KEY, "--in-place", "--allow", "X003,X004"]).expect_code(0);
    let good = dir.read("CANARY/a.lic");
    dir.write("CANARY/b.lic", good.replace("CANARY GmbH", "CANARY AG"))
        .write("CANARY/c.lic", good.replace("SN=CANARY-SN", "SN=\"CANARY SN\""))
        .write("CANARY/d.lic", good.replace("HOSTID=\"CUSTOM=", "HOSTID=\"CANARY"))
        .write("CANARY/e.lic", good.replace("COMMENT=\"CANARY note\"", "CANARY=1"))
        .write("CANARY/f.lic", good.replace("COUNT=1", "COUNT=\"`CANARY\""))
        .write("CANARY/g.lic", good.replace("\"CANARY Inc\"", "\"CANARY`` Inc\""));
    for form in ["human", "json"] {
        let args = ["CANARY", "--redact", "--one-set", "--require-all", "--format", form];
        let run = verify(&dir, &args);
        assert!(run.stdout.contains("[redacted]"), "{}", run.stdout);
        assert!(
            !run.stdout.contains("CANARY") && !run.stderr.contains("CANARY"),
            "{}{}",
            run.stdout,
            run.stderr
        );
        assert!(verify(&dir, &args[..1]).stdout.contains("CANARY"));
    }
    verify(&dir, &["CANARY/a.lic", "--redact"]).expect_code(5);
}
