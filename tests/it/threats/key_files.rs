//! Damaged, exposed and expensive secret key files.

use std::fs;

use keywright::sign::{Kdf, KeyFileError, parse_secret_key, store_fs};

use crate::sign::key;
use crate::sign_cli::{KEY, private, test_dir};
use crate::sign_keys::{PASSPHRASE, encrypted, error, id, plain};

/// A key file of another program with 2,048 rounds, and one with cheap scrypt: everything that reads them warns.
#[test]
fn threat_42_weak_key_derivation_is_a_warning() {
    if !crate::support::has_tools(&["openssl"], "key files with few rounds") {
        return;
    }
    let dir = test_dir();
    dir.write("pass", "test");
    private(&dir, "pass");
    let convert = |name: &str, args: &[&str]| {
        let base = ["pkcs8", "-topk8", "-in", KEY, "-out", name, "-passout", "pass:test"];
        let done =
            std::process::Command::new("openssl").args(base).args(args).current_dir(dir.path("")).status();
        assert!(done.unwrap().success());
        private(&dir, name);
    };
    convert("weak.pem", &["-iter", "2048"]);
    convert("scrypt.pem", &["-scrypt", "-scrypt_N", "1024", "-scrypt_r", "8", "-scrypt_p", "1"]);
    convert("good.pem", &["-iter", "100000"]);
    let warning = "warning: weak passphrase protection of the key file";
    for (name, weak) in [("weak.pem", true), ("scrypt.pem", true), ("good.pem", false)] {
        let store = format!("store-{name}");
        let out = format!("new-{name}");
        let import = ["keys", "import", name, "--vendor", "ABC_Software", "--passphrase-file", "pass"];
        let import = [&import[..], &["--trust", &store, "--out", &out, "--usage", "development"]].concat();
        let import = [&import[..], &["--not-before", "2026-01-01"]].concat();
        let runs = [
            dir.run(&import).expect_code(0),
            dir.run(&[
                "sign",
                "a.lic",
                "--key",
                name,
                "--passphrase-file",
                "pass",
                "-o",
                &format!("{name}.lic"),
            ])
            .expect_code(0),
            // The key is not standby; the warning comes first.
            dir.run(&["keys", "drill", "--key", name, "--passphrase-file", "pass"]).expect_code(2),
            dir.run(&["keys", "passwd", name, "--passphrase-file", "pass", "--new-passphrase-file", "pass"])
                .expect_code(0),
        ];
        for run in &runs {
            assert_eq!(run.stderr.contains(warning), weak, "{name}: {}", run.stderr);
        }
        // What was written again has the cost of a new file.
        for (key, more) in [(out.as_str(), &["--trust", &store][..]), (name, &[])] {
            let sign = ["sign", "a.lic", "--key", key, "--passphrase-file", "pass", "-o", "-"];
            let run = dir.run(&[&sign[..], more].concat()).expect_code(0);
            assert!(!run.stderr.contains(warning), "{key}: {}", run.stderr);
        }
    }
}

#[test]
fn threat_43_flipped_bits_never_yield_other_key() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    // A cheap key derivation, because the test reads hundreds of files.
    let text = include_str!("../../sign/openssl-pbkdf2.test.key.pem");
    let (head, body) = text.split_at(text.find("-----BEGIN").unwrap());
    let base64: String = body.lines().filter(|line| !line.starts_with('-')).collect();
    let good = id(parse_secret_key(text, Some(b"test")));
    let bytes = engine.decode(&base64).unwrap();
    let with_id = format!("{head}Key-Id: {good}\n");
    let mut others = 0;
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let mut pem = String::from("-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
        for chunk in engine.encode(&flipped).as_bytes().chunks(64) {
            pem += std::str::from_utf8(chunk).unwrap();
            pem.push('\n');
        }
        pem += "-----END ENCRYPTED PRIVATE KEY-----\n";
        match parse_secret_key(&format!("{with_id}{pem}"), Some(b"test")) {
            Ok((key, _)) => assert_eq!(key.public_key().id().to_string(), good, "bit {bit}"),
            // A damaged file cannot be distinguished from a wrong passphrase.
            Err(error) => assert_eq!(error, KeyFileError::WrongPassphrase, "bit {bit}"),
        }
        let bare = parse_secret_key(&pem, Some(b"test"));
        others += usize::from(bare.is_ok_and(|(key, _)| key.public_key().id().to_string() != good));
    }
    // Without the comparison these would have been other keys without any error.
    assert!(others > 0);
}

#[test]
fn threat_09_wrong_public_part_is_rejected() {
    let other = key(2);
    let text = plain();
    let id = key(1).public_key().id().to_string();
    let wrong_id = text.replace(&id, &other.public_key().id().to_string());
    assert!(matches!(error(&wrong_id, None), KeyFileError::Contradiction(..)));
    let wrong_key = text.replace(&key(1).public_key().to_base64(), &other.public_key().to_base64());
    assert!(matches!(error(&wrong_key, None), KeyFileError::Contradiction(..)));
    // PKCS#8 version 2 contains the public key: RFC 8410, section 10.3, and the same with one bit changed.
    let v2 = "-----BEGIN PRIVATE KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\nZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";
    assert!(parse_secret_key(v2, None).is_ok());
    let changed = v2.replace("ZuE=", "ZuI=");
    assert!(parse_secret_key(&changed, None).is_err());
}

/// Returns a PKCS#8 file with the given parameters. Its body is not a key.
fn hostile(kdf: &str) -> String {
    use base64::Engine as _;
    // SEQUENCE { SEQUENCE { PBES2, SEQUENCE { kdf, SEQUENCE { aes256-CBC, OCTET STRING iv } } }, OCTET STRING body }
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    };
    let sequence = |parts: &[Vec<u8>]| -> Vec<u8> {
        let inner = parts.concat();
        assert!(inner.len() < 256);
        let head = if inner.len() < 128 {
            vec![0x30, inner.len().to_le_bytes()[0]]
        } else {
            vec![0x30, 0x81, inner.len().to_le_bytes()[0]]
        };
        [head, inner].concat()
    };
    let cipher = bytes("301d060960864801650304012a041000000000000000000000000000000000");
    let schemes = sequence(&[bytes(kdf), cipher]);
    let algorithm = sequence(&[bytes("06092a864886f70d01050d"), schemes]);
    let body = [bytes("0430"), vec![0; 48]].concat();
    let text = base64::engine::general_purpose::STANDARD.encode(sequence(&[algorithm, body]));
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!(
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n",
        lines.join("\n")
    )
}

#[test]
fn threat_42_excessive_key_derivation_cost_is_rejected() {
    // scrypt, salt of 8 bytes; N, r, p as DER integers.
    let scrypt = |n: &str, r: &str, p: &str| {
        let parameters = format!("04080102030405060708{n}{r}{p}");
        let inner = format!("06092b06010401da47040b30{:02x}{parameters}", parameters.len() / 2);
        format!("30{:02x}{inner}", inner.len() / 2)
    };
    let pbkdf2 = |rounds: &str| {
        let parameters = format!("04080102030405060708{rounds}300c06082a864886f70d02090500");
        let inner = format!("06092a864886f70d01050c30{:02x}{parameters}", parameters.len() / 2);
        format!("30{:02x}{inner}", inner.len() / 2)
    };
    let start = std::time::Instant::now();
    for kdf in [
        scrypt("020440000000", "020108", "020101"),
        scrypt("0203080000", "020108", "020101"),
        scrypt("0209008000000000000000", "020101", "020101"),
        scrypt("02024000", "020108", "020300ffff"),
        // One step above the limits: 256 MiB of memory, 1280 MiB in all passes, 10,000,000 rounds.
        scrypt("0203040000", "020109", "020101"),
        scrypt("0203040000", "020108", "020106"),
        scrypt("020102", "020300ffff", "020300ffff"),
        pbkdf2("02047fffffff"),
        pbkdf2("0204009896 81".replace(' ', "").as_str()),
    ] {
        assert_eq!(error(&hostile(&kdf), Some(b"x")), KeyFileError::TooMuchWork, "{kdf}");
    }
    // N = 0, 1, 3 and r = 0 are invalid for scrypt, and zero rounds are invalid for PBKDF2.
    for kdf in [
        scrypt("020100", "020108", "020101"),
        scrypt("020101", "020108", "020101"),
        scrypt("020103", "020108", "020101"),
        scrypt("02024000", "020100", "020101"),
        scrypt("02024000", "020108", "020100"),
        pbkdf2("020100"),
    ] {
        assert_eq!(error(&hostile(&kdf), Some(b"x")), KeyFileError::WrongPassphrase, "{kdf}");
    }
    // Key derivation for these files would take hours.
    assert!(start.elapsed().as_secs() < 60, "rejected files must not cause key derivation");
    // At the memory limit, the key is derived.
    assert_eq!(
        error(&hostile(&scrypt("0203040000", "020108", "020101")), Some(b"x")),
        KeyFileError::WrongPassphrase
    );
    // Within the limits the key is derived, and the passphrase is wrong.
    assert_eq!(
        error(&hostile(&scrypt("02020400", "020108", "020101")), Some(b"x")),
        KeyFileError::WrongPassphrase
    );
}

#[cfg(unix)]
#[test]
fn threat_40_secret_key_file_is_private_to_owner() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.key.pem");
    store_fs::create_secret_file(&path, &plain()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(store_fs::read_secret_file(&path).is_ok());
    assert!(store_fs::create_secret_file(&path, "other").is_err());
    assert_eq!(fs::read_to_string(&path).unwrap(), plain());
    for mode in [0o640, 0o604, 0o660, 0o644, 0o601, 0o777] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = store_fs::read_secret_file(&path).err().unwrap();
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(store_fs::read_secret_file(&path).is_ok());
    let link = directory.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(store_fs::read_secret_file(&link).is_err());
    assert!(store_fs::create_secret_file(&link, "x").is_err());
    assert!(store_fs::read_secret_file(directory.path()).is_err());
    assert!(store_fs::read_secret_file(&directory.path().join("missing")).is_err());
}

#[test]
fn threat_41_messages_contain_no_secrets() {
    let text = encrypted(Kdf::Scrypt);
    let passphrase = std::str::from_utf8(PASSPHRASE).unwrap();
    let body: Vec<&str> = text.lines().filter(|line| line.len() == 64).collect();
    for error in [
        error(&text, None),
        error(&text, Some(b"wrong")),
        error(&text[..text.len() - 60], Some(PASSPHRASE)),
        error(&text.replace("Key-Id: ", "Key-Id: 0"), Some(PASSPHRASE)),
    ] {
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(passphrase) && !body.iter().any(|line| shown.contains(line)), "{shown}");
    }
}
