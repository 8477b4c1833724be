//! What becomes of a trust store under many hands and over time, and what is message when a secret or a block cannot be read.

use std::fs;

use crate::sign::PLAIN;
use crate::sign_cli::private;
use crate::support::TestDir;

#[test]
fn concurrent_new_keys_are_all_listed() {
    let dir = TestDir::new();
    let children: Vec<_> = (0..8)
        .map(|number| {
            let vendor = format!("V{number}");
            let mut command = dir.command();
            command.args(["keys", "new", "--no-passphrase", "--vendor", &vendor]);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    let made = children
        .into_iter()
        .map(|mut child| child.wait().unwrap())
        .filter(std::process::ExitStatus::success)
        .count();
    assert_eq!(made, 8);
    assert_eq!(dir.run(&["keys", "list"]).expect_code(0).stdout.lines().count(), 8);
    assert!(!dir.path("keys/trust.yaml.lock").exists());
}

#[test]
fn lock_file_of_killed_command_is_ignored() {
    let dir = TestDir::new();
    dir.write("keys/trust.yaml.lock", "");
    let start = std::time::Instant::now();
    dir.run(&["keys", "new", "--no-passphrase", "--vendor", "V"]).expect_code(0);
    assert!(start.elapsed() < std::time::Duration::from_secs(10));
    assert!(!dir.path("keys/trust.yaml.lock").exists());
}

#[test]
fn unwritable_store_leaves_no_directory() {
    let dir = TestDir::new();
    let new = ["keys", "new", "--vendor", "V", "--no-passphrase", "--trust", "deep/keys"];
    // The secret key cannot be put where there is no directory.
    dir.run(&[&new[..], &["--out", "missing/V.key.pem"]].concat()).expect_code(6);
    assert_eq!(dir.names(), Vec::<String>::new());
}

/// A store with a key of V that may sign from one day to another.
fn store(from: &str, to: &str) -> TestDir {
    let dir = TestDir::new();
    let new = ["keys", "new", "--vendor", "V", "--no-passphrase", "--not-before", from, "--not-after", to];
    dir.run(&new).expect_code(0);
    dir.write("a.lic", "FEATURE A { VENDOR=V KEYTYPE=ADDITIVE VERSION=1.0 COUNT=1 }\n");
    dir
}

#[test]
fn key_signs_only_within_validity() {
    let dir = store("2020-01-01", "2021-01-01");
    let sign = ["sign", "a.lic", "--key", "V.key.pem", "-o", "b.lic"];
    let refused = dir.run(&sign).expect_code(1);
    assert!(refused.stderr.contains("(valid from 2020-01-01 to 2021-01-01)"), "{}", refused.stderr);
    assert!(!dir.path("b.lic").exists());
    dir.run(&[&sign[..], &["--at", "2019-12-31"]].concat()).expect_code(1);
    dir.run(&[&sign[..], &["--at", "2021-01-01"]].concat()).expect_code(0);
    let verify = |at: &str, code| dir.run(&["verify", "b.lic", "--at", at]).expect_code(code).stdout;
    assert!(verify("2021-01-01", 0).contains("RESULT: VALID"));
    let late = verify("2021-01-02", 1);
    assert!(
        late.contains("REVOKED") && late.contains("no ISSUED date to prove when it was signed"),
        "{late}"
    );
    let early = verify("2019-12-31", 4);
    assert!(early.contains("NOT-YET") && early.contains("may sign from 2020-01-01"), "{early}");
}

#[test]
fn block_with_issued_is_valid_after_key_expiry() {
    let dir = store("2020-01-01", "2021-01-01");
    dir.write("a.lic", "FEATURE A { VENDOR=V KEYTYPE=ADDITIVE VERSION=1.0 COUNT=1 ISSUED=2020-06-01 }\n");
    dir.run(&["sign", "a.lic", "--key", "V.key.pem", "--in-place", "--at", "2020-06-01"]).expect_code(0);
    dir.run(&["verify", "a.lic", "--at", "2026-01-01"]).expect_code(0);
}

#[test]
fn key_cannot_be_retired_on_future_date() {
    let dir = store("2020-01-01", "2099-01-01");
    let id = dir.run(&["keys", "list"]).expect_code(0).stdout[..16].to_owned();
    for command in ["retire", "compromise"] {
        let refused = dir.run(&["keys", command, &id, "--since", "2098-01-01"]).expect_code(2);
        assert!(refused.stderr.contains("date 2098-01-01 is in the future"), "{}", refused.stderr);
    }
    dir.run(&["sign", "a.lic", "--key", "V.key.pem", "--in-place"]).expect_code(0);
    let list = dir.read("keys/trust.yaml");
    for state in ["retired", "compromised"] {
        let early = format!("state: {state}\n    since: 2098-01-01");
        dir.write("keys/trust.yaml", list.replace("state: active", &early));
        let refused = dir.run(&["verify", "a.lic"]).expect_code(2);
        assert!(refused.stderr.contains("since 2098-01-01, which is in the future"), "{}", refused.stderr);
        assert!(!refused.stdout.contains("REVOKED"), "{}", refused.stdout);
    }
}

#[test]
fn payload_command_rejects_unreadable_block() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=V COUNT=1 }\nFEATURE B { VENDOR=V COUNT=1 ??? }\n");
    let broken = dir.run(&["payload", "a.lic", "--feature", "B"]).expect_code(3);
    assert!(broken.stderr.contains("block `B` on line 2 has errors"), "{}", broken.stderr);
    assert!(broken.stderr.contains("`keywright lint` shows why"), "{}", broken.stderr);
    dir.write("garbage.lic", "nothing of this is a license ???\n");
    dir.run(&["payload", "garbage.lic", "--feature", "B"]).expect_code(3);
    dir.run(&["payload", "a.lic", "--feature", "C"]).expect_code(2);
}

#[cfg(unix)]
#[test]
fn readable_secret_keys_and_public_keys_are_distinguished() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = TestDir::new();
    dir.write("pp", "a passphrase\n");
    private(&dir, "pp");
    dir.run(&["keys", "new", "--vendor", "ABC_Software", "--passphrase-file", "pp"]).expect_code(0);
    dir.write("a.lic", PLAIN.replace("ISSUED=2026-01-15", ""));
    fs::set_permissions(dir.path("pp"), fs::Permissions::from_mode(0o644)).unwrap();
    let sign = |key: &str| {
        let args = ["sign", "a.lic", "--key", key, "-o", "b.lic", "--passphrase-file", "pp"];
        dir.run(&args).expect_code(2).stderr
    };
    let output = sign("ABC_Software.key.pem");
    assert!(output.contains("the passphrase file `pp`: others can read or write it (mode 0644)"), "{output}");
    let public = dir.run(&["keys", "list"]).stdout;
    let public = format!("keys/ABC_Software-{}.pub.pem", &public[..16]);
    fs::set_permissions(dir.path(&public), fs::Permissions::from_mode(0o644)).unwrap();
    let output = sign(&public);
    assert!(output.contains("does not contain a secret key") && !output.contains("chmod"), "{output}");
}

#[test]
fn stdin_is_read_once() {
    let dir = store("2026-01-01", "2099-01-01");
    for command in ["lint", "verify"] {
        let refused = dir.run_with(&[command, "-", "-"], b"FEATURE A { VENDOR=V COUNT=1 }\n").expect_code(2);
        assert!(refused.stderr.contains("standard input can be read only once"), "{}", refused.stderr);
    }
}

#[test]
fn man_pages_are_written_to_new_directory() {
    let dir = TestDir::new();
    dir.run(&["man", "-o", "share/man1"]).expect_code(0);
    assert!(dir.path("share/man1/keywright-sign.1").exists());
}

#[test]
fn quiet_lint_prints_errors_without_summary() {
    let dir = TestDir::new();
    dir.write("a.lic", "FEATURE A { VENDOR=V COUNT=1 END=2020-01-01 }\n");
    let loud = dir.run(&["lint", "a.lic"]).expect_code(0);
    assert!(loud.stderr.contains("warning"), "{}", loud.stderr);
    let quiet = dir.run(&["lint", "-q", "a.lic"]).expect_code(0);
    assert_eq!(quiet.stderr, "");
    let denied = dir.run(&["lint", "-q", "--deny", "warnings", "a.lic"]).expect_code(1);
    assert!(!denied.stderr.is_empty());
    fs::create_dir(dir.path("empty")).unwrap();
    let unread = dir.run(&["lint", "missing.lic"]).expect_code(6);
    assert!(!unread.stderr.contains("no findings"), "{}", unread.stderr);
}

/// A license that expires with its key is reported when it is signed and when it is verified.
#[test]
fn block_without_issued_expires_with_key() {
    let dir = TestDir::new();
    let new = ["keys", "new", "--vendor", "Acme", "--no-passphrase", "--out", "k.pem"];
    dir.run(&[&new[..], &["--not-before", "2026-01-01", "--not-after", "2030-12-31"]].concat())
        .expect_code(0);
    let sign = |text: &str| {
        dir.write("a.lic", text);
        dir.run(&["sign", "a.lic", "--key", "k.pem", "--in-place", "--at", "2026-02-01"])
            .expect_code(0)
            .stderr
    };
    let output = sign("FEATURE A { VENDOR=Acme COUNT=5 }\n");
    assert!(
        output.contains(
            "warning: 1 block has no ISSUED date; valid only until the signing key expires on 2030-12-31"
        ),
        "{output}"
    );
    let verified = dir.run(&["verify", "--at", "2026-06-01", "a.lic"]).expect_code(0).stdout;
    assert!(
        verified.contains("valid until 2030-12-31 (the signing key's last day; no ISSUED date)"),
        "{verified}"
    );
    dir.run(&["verify", "--at", "2031-01-01", "a.lic"]).expect_code(1);
    for text in ["ISSUED=2026-02-01", "END=2030-12-31"] {
        let output = sign(&format!("FEATURE A {{ VENDOR=Acme COUNT=5 {text} }}\n"));
        assert!(!output.contains("no ISSUED"), "{output}");
    }
}
