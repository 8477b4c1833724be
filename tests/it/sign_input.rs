//! Where secrets come from: key files on standard input, and passphrases in different spellings.

use crate::support::TestDir;

const KEY: &str = "ACME.key.pem";
const LICENSE: &str = "FEATURE A { VENDOR=ACME COUNT=5 KEYTYPE=EXCLUSIVE VERSION=1.0 }\n";

fn test_dir() -> TestDir {
    let dir = TestDir::new();
    dir.run(&["keys", "new", "--vendor", "ACME", "--not-before", "2026-01-01", "--no-passphrase"])
        .expect_code(0);
    dir.write("a.lic", LICENSE);
    dir
}

/// Makes a file that only its owner can read, as a passphrase file must be.
fn secret(dir: &TestDir, name: &str, content: &str) {
    dir.write(name, content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(dir.path(name), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn key_file_is_read_from_standard_input() {
    let dir = test_dir();
    let key = dir.read(KEY);
    let by_file = dir.run(&["sign", "a.lic", "--key", KEY, "-o", "-"]).expect_code(0);
    let piped = dir.run_with(&["sign", "a.lic", "--key", "-", "-o", "-"], key.as_bytes()).expect_code(0);
    assert_eq!(piped.stdout, by_file.stdout);
    dir.run_with(&["sign", "a.lic", "--key", "-", "-o", "b.lic"], key.as_bytes()).expect_code(0);
    assert_eq!(dir.read("b.lic"), by_file.stdout);
    let public = dir.names().into_iter().find(|name| name.ends_with("keys")).map(|_| {
        let file = std::fs::read_dir(dir.path("keys")).unwrap().map(|entry| entry.unwrap().path());
        std::fs::read(file.into_iter().find(|path| path.extension().is_some_and(|end| end == "pem")).unwrap())
            .unwrap()
    });
    let args = ["keys", "import", "-", "--vendor", "ZETA", "--trust", "other"];
    dir.run_with(&args, &public.unwrap()).expect_code(0);
    let args = [
        "keys",
        "import",
        "-",
        "--vendor",
        "ACME",
        "--trust",
        "third",
        "--out",
        "copy.pem",
        "--no-passphrase",
    ];
    dir.run_with(&args, key.as_bytes()).expect_code(0);
    assert!(dir.read("copy.pem").contains("PRIVATE KEY"));
}

#[test]
fn inputs_that_cannot_be_standard_input_name_the_alternative() {
    let dir = test_dir();
    for (args, message, help) in [
        (
            &["sign", "-", "--key", "-", "-o", "-"][..],
            "standard input cannot be both key file and input of the command",
            "--signer PROGRAM",
        ),
        (
            &["sign", "a.lic", "--key", "-", "--passphrase-fd", "0", "-o", "-"],
            "standard input cannot be both key file and passphrase",
            "--passphrase-file FILE",
        ),
        (
            &["keys", "new", "--vendor", "B", "--passphrase-file", "-"],
            "cannot be standard input",
            "--passphrase-fd 0",
        ),
        (
            &["keys", "passwd", "-"],
            "cannot change the passphrase of a key on standard input",
            "path of the key file",
        ),
    ] {
        let output = dir.run_with(args, b"").expect_code(2);
        assert!(output.stderr.contains(message) && output.stderr.contains(help), "{}", output.stderr);
    }
    let link = dir.path("link.pem");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path(KEY), link).unwrap();
        let output = dir.run(&["sign", "a.lic", "--key", "link.pem", "-o", "b.lic"]).expect_code(6);
        assert!(output.stderr.contains("`--key -`, or use `--signer PROGRAM`"), "{}", output.stderr);
    }
}

#[test]
fn passphrase_opens_the_key_in_every_spelling() {
    let dir = TestDir::new();
    let spellings = [("nfc", "w\u{f6}rt\n"), ("nfd", "wo\u{308}rt\n"), ("mark", "\u{feff}w\u{f6}rt\r\n")];
    for (name, text) in spellings {
        secret(&dir, name, text);
    }
    dir.write("a.lic", LICENSE.replace("ACME", "BETA"));
    for (made, _) in spellings {
        let (key, store) = (format!("{made}.pem"), format!("keys-{made}"));
        let new = [
            "keys",
            "new",
            "--vendor",
            "BETA",
            "--not-before",
            "2026-01-01",
            "--trust",
            &store,
            "--out",
            &key,
        ];
        dir.run(&[&new[..], &["--passphrase-file", made]].concat()).expect_code(0);
        for (used, _) in spellings {
            let sign =
                ["sign", "a.lic", "--key", &key, "--trust", &store, "--passphrase-file", used, "-o", "-"];
            dir.run(&sign).expect_code(0);
        }
    }
    // Keys of other programs are encrypted with the passphrase as it was typed.
    use keywright::sign::{Kdf, Label, Protection, write_secret_key};
    let label = Label { vendor: None, created: None, usage: None, weakness: None };
    let typed = Protection::Passphrase("wo\u{308}rt".as_bytes(), Kdf::Scrypt);
    let text = write_secret_key(&crate::sign::key(3), &label, typed).unwrap();
    secret(&dir, "other.pem", &text);
    let import = ["keys", "import", "other.pem", "--vendor", "GAMMA", "--trust", "t", "--out", "g.pem"];
    dir.run(&[&import[..], &["--passphrase-file", "nfc"]].concat()).expect_code(6);
    dir.run(&[&import[..], &["--passphrase-file", "nfd"]].concat()).expect_code(0);
}
