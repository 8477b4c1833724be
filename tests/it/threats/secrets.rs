//! Secrets in outputs and messages, and secret files of other users.

use std::fs;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::sign_cli::{KEY, private, test_dir};
use crate::support::cases;

#[cfg(unix)]
#[test]
fn threat_40_key_file_of_other_user_is_rejected() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = test_dir();
    // Whatever the umask: a secret is created for its owner alone.
    let script = "umask 000; exec \"$0\" keys new --vendor V --no-passphrase --trust t";
    let done = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_keywright")])
        .current_dir(dir.path(""))
        .output()
        .unwrap();
    assert!(done.status.success());
    assert_eq!(fs::metadata(dir.path("V.key.pem")).unwrap().permissions().mode() & 0o777, 0o600);
    let sign = ["sign", "a.lic", "--key", KEY, "-o", "b.lic"];
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601] {
        fs::set_permissions(dir.path(KEY), fs::Permissions::from_mode(mode)).unwrap();
        dir.run(&sign).expect_code(6);
    }
    private(&dir, KEY);
    dir.run(&sign).expect_code(0);
    fs::remove_file(dir.path("b.lic")).unwrap();
    // Only root may give a file away.
    if std::os::unix::fs::chown(dir.path(KEY), Some(12_345), None).is_err() {
        eprintln!("SKIPPED: files cannot be given away here, so a key of another user was not tested");
        return;
    }
    let refused = dir.run(&sign).expect_code(6);
    assert!(refused.stderr.contains("is owned by another user"), "{}", refused.stderr);
    assert!(!dir.path("b.lic").exists());
}

/// Run by the test below in a process of its own.
#[test]
fn threat_41_internal_error_shows_no_input() {
    const INSIDE: &str = "KEYWRIGHT_TEST_PANIC";
    let canary = "canary-seed-0f1e";
    if std::env::var_os(INSIDE).is_some() {
        let exit = keywright::cli::process::guarded(|| panic!("{canary}"));
        assert_eq!(exit.code(), 6);
        return;
    }
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "threats::secrets::threat_41_internal_error_shows_no_input"])
        .arg("--nocapture")
        .env(INSIDE, "1")
        .output()
        .unwrap();
    assert!(done.status.success());
    let message = String::from_utf8(done.stderr).unwrap() + &String::from_utf8(done.stdout).unwrap();
    assert!(message.contains("internal error, no result") && !message.contains(canary), "{message}");
    assert!(!message.contains("panicked") && !message.contains(".rs:"), "{message}");
}

#[test]
fn threat_43_damage_and_wrong_passphrase_give_same_message() {
    let dir = test_dir();
    dir.write("pass", "right").write("wrong", "wrong");
    private(&dir, "pass");
    private(&dir, "wrong");
    let new =
        ["keys", "new", "--vendor", "V", "--out", "v.pem", "--kdf", "pbkdf2", "--passphrase-file", "pass"];
    dir.run(&new).expect_code(0);
    dir.write("v.lic", "FEATURE a { VENDOR=V KEYTYPE=ADDITIVE COUNT=1 }\n");
    let sign = |passphrase: &str| {
        dir.run(&["sign", "v.lic", "--key", "v.pem", "-o", "b.lic", "--passphrase-file", passphrase])
    };
    let message = sign("wrong").expect_code(6).stderr;
    assert!(message.contains("wrong passphrase, or the key file is damaged"), "{message}");
    let text = dir.read("v.pem");
    let (head, body) = text.split_at(text.find("-----BEGIN").unwrap());
    let base64: String = body.lines().filter(|line| !line.starts_with('-')).collect();
    let bytes = STANDARD.decode(&base64).unwrap();
    // A sample: each bit is tried in the library, see the other test of this row.
    for bit in (0..bytes.len() * 8).step_by(cases(31, 155)) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let lines: Vec<String> = STANDARD
            .encode(&flipped)
            .as_bytes()
            .chunks(64)
            .map(|line| String::from_utf8(line.to_vec()).unwrap())
            .collect();
        dir.write(
            "v.pem",
            format!(
                "{head}-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n",
                lines.join("\n")
            ),
        );
        private(&dir, "v.pem");
        let damaged = sign("pass");
        assert_eq!((damaged.code, &damaged.stderr), (6, &message), "bit {bit}");
    }
    assert!(!dir.path("b.lic").exists());
}

#[test]
fn threat_41_commands_print_no_secrets() {
    let dir = test_dir();
    let canary = "canary-passphrase-7f3a";
    dir.write("pass", canary);
    private(&dir, "pass");
    let secret = dir.read(KEY);
    let body = secret.lines().find(|line| line.starts_with("MC4C")).unwrap().to_owned();
    let new = ["keys", "new", "--vendor", "V", "--passphrase-file", "pass", "--trust", "other"];
    let runs = [
        dir.run(&new),
        dir.run(&new),
        dir.run(&["sign", "a.lic", "--key", "V.key.pem", "-o", "b.lic", "--passphrase-file", "pass"]),
        dir.run(&["-vv", "sign", "a.lic", "--key", KEY, "-o", "b.lic"]),
        dir.run(&["keys", "show", KEY]),
        dir.run(&["keys", "show", "pass"]),
        dir.run(&["keys", "list"]),
        dir.run(&["verify", KEY]),
        dir.run(&["verify", "--format", "json", KEY]),
        dir.run(&["sign", KEY, "--key", "pass", "-o", "b.lic"]),
    ];
    for run in runs {
        let shown = run.shown();
        assert!(!shown.contains(canary) && !shown.contains(&body), "{shown}");
    }
    assert!(!dir.read("V.key.pem").contains(canary));
}

#[cfg(unix)]
#[test]
fn threat_40_readable_key_and_passphrase_files_are_rejected() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = test_dir();
    fs::set_permissions(dir.path(KEY), fs::Permissions::from_mode(0o644)).unwrap();
    let refused = dir.run(&["sign", "a.lic", "--key", KEY, "-o", "b.lic"]).expect_code(6);
    assert!(refused.stderr.contains("chmod 600"), "{}", refused.stderr);
    dir.write("pass", "x");
    fs::set_permissions(dir.path("pass"), fs::Permissions::from_mode(0o640)).unwrap();
    dir.run(&["keys", "new", "--vendor", "V", "--passphrase-file", "pass"]).expect_code(2);
    assert!(!dir.path("V.key.pem").exists());
}

#[test]
fn threat_41_secrets_appear_only_in_key_files() {
    let dir = test_dir();
    let canary = "canary-passphrase-91c4";
    dir.write("pass", canary).write("new", "another-canary-55d0");
    private(&dir, "pass");
    private(&dir, "new");
    let plain = dir.read(KEY);
    let body = plain.lines().find(|line| line.starts_with("MC4C")).unwrap().to_owned();
    let runs = [
        vec!["keys", "passwd", KEY, "--new-passphrase-file", "pass"],
        vec!["-vv", "keys", "passwd", KEY, "--passphrase-file", "new", "--new-passphrase-file", "pass"],
        vec![
            "keys",
            "import",
            KEY,
            "--vendor",
            "ABC_Software",
            "--passphrase-file",
            "pass",
            "--trust",
            "t",
            "--usage",
            "development",
            "--out",
            "i.pem",
        ],
        vec!["keys", "import", KEY, "--vendor", "Wrong", "--passphrase-file", "pass", "--trust", "u"],
        vec!["keys", "export", KEY],
        vec!["keys", "drill", "--key", KEY, "--passphrase-file", "pass"],
        vec!["revoke", "--sn", "S-1", "--reason", "x", "--key", KEY, "--passphrase-file", "pass"],
        vec!["trust", "bundle", "--key", KEY, "--passphrase-file", "pass", "-o", "b.bundle"],
        vec!["trust", "install", KEY, "--trust", "w", "--first", "keywright-pub:x:y:z"],
        vec!["sign", "a.lic", "--key", KEY, "--passphrase-file", "pass", "-o", "b.lic"],
        vec!["verify", "--development", "--revocations", KEY, "a.lic"],
        vec!["verify", "--development", "--format", "json", "pass", KEY],
        vec!["lint", KEY, "pass"],
    ];
    let key_files = [KEY, "i.pem"];
    for args in &runs {
        let shown = dir.run(args).shown();
        // What a license file says is shown where it is wrong; a passphrase file named as one is shown by its user.
        let named = args.contains(&"pass") && matches!(args[0], "lint")
            || args[0] == "verify" && args.contains(&"pass");
        assert!(named || !shown.contains(canary), "{args:?}: {shown}");
        assert!(!shown.contains(&body) && !shown.contains("another-canary"), "{args:?}: {shown}");
        for name in dir.names().iter().filter(|name| dir.path(name).is_file()) {
            if name == "pass" || name == "new" {
                continue;
            }
            let text = dir.read(name);
            assert!(!text.contains(canary), "{name}");
            assert!(!text.contains(&body) || key_files.contains(&name.as_str()), "{name}");
        }
    }
    assert!(!dir.read(KEY).contains(&body));
}
