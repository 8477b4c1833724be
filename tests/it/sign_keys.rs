//! Secret key files: writing, reading and rejection.

use std::fs;

use jiff::civil::date;
use keywright::sign::{
    Kdf, KeyFileError, Label, Protection, SecretKey, read_secret_key, store_fs, write_secret_key,
};
use keywright::verify::Usage;

use crate::sign::{VENDOR, key};

const PASSPHRASE: &[u8] = "Zürich canary passphrase".as_bytes();

fn label() -> Label {
    Label {
        vendor: Some(VENDOR.to_owned()),
        created: Some(date(2026, 1, 1)),
        usage: Some(Usage::Production),
        weakness: None,
    }
}

fn encrypted(kdf: Kdf) -> String {
    write_secret_key(&key(1), &label(), Protection::Passphrase(PASSPHRASE, kdf)).unwrap().to_string()
}

fn plain() -> String {
    write_secret_key(&key(1), &label(), Protection::Plain).unwrap().to_string()
}

/// Returns the error of reading. A key has no `Debug`, so a success prints the key id and the label.
fn error(text: &str, passphrase: Option<&[u8]>) -> KeyFileError {
    match read_secret_key(text, passphrase) {
        Ok((key, label)) => panic!("read as {} {label:?}\n{text}", key.public_key().id()),
        Err(error) => error,
    }
}

fn id(read: Result<(SecretKey, Label), KeyFileError>) -> String {
    read.map(|(key, _)| key.public_key().id().to_string()).unwrap()
}

#[test]
fn a_key_file_reads_back() {
    let id_of_key = key(1).public_key().id().to_string();
    for kdf in [Kdf::Scrypt, Kdf::Pbkdf2] {
        let text = encrypted(kdf);
        assert!(text.starts_with("Vendor: ABC_Software\nKey-Id: "), "{text}");
        assert!(
            text.contains(
                "\nCreated: 2026-01-01\nUsage: production\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
            )
        );
        let (read, found) = read_secret_key(&text, Some(PASSPHRASE)).unwrap();
        assert_eq!(read.public_key().id().to_string(), id_of_key);
        assert_eq!(found, label());
        assert_eq!(error(&text, None), KeyFileError::PassphraseNeeded);
        assert_eq!(error(&text, Some(b"other")), KeyFileError::WrongPassphrase);
        assert_eq!(error(&text, Some(b"")), KeyFileError::WrongPassphrase);
        assert_eq!(id(read_secret_key(&text.replace('\n', "\r\n"), Some(PASSPHRASE))), id_of_key);
    }
    let (_, found) = read_secret_key(&plain(), None).unwrap();
    assert!(found.weakness.is_some());
}

#[test]
fn two_files_of_one_key_share_no_line_of_their_bodies() {
    let body = |text: &str| {
        text.lines()
            .skip_while(|line| !line.starts_with("-----BEGIN"))
            .skip(3)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (one, two) = (body(&encrypted(Kdf::Scrypt)), body(&encrypted(Kdf::Scrypt)));
    assert!(one.iter().zip(&two).filter(|(a, b)| a == b).count() <= 1);
}

#[test]
fn an_empty_passphrase_protects_nothing() {
    let refused = write_secret_key(&key(1), &label(), Protection::Passphrase(b"", Kdf::Scrypt));
    assert_eq!(refused.err(), Some(KeyFileError::EmptyPassphrase));
}

#[test]
fn row_43_a_flipped_bit_of_the_body_never_yields_another_key() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    // A cheap key derivation, because the test reads hundreds of files.
    let text = include_str!("../sign/openssl-pbkdf2.test.key.pem");
    let (head, body) = text.split_at(text.find("-----BEGIN").unwrap());
    let base64: String = body.lines().filter(|line| !line.starts_with('-')).collect();
    let good = id(read_secret_key(text, Some(b"test")));
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
        match read_secret_key(&format!("{with_id}{pem}"), Some(b"test")) {
            Ok((key, _)) => assert_eq!(key.public_key().id().to_string(), good, "bit {bit}"),
            // A damaged file cannot be distinguished from a wrong passphrase.
            Err(error) => assert_eq!(error, KeyFileError::WrongPassphrase, "bit {bit}"),
        }
        let bare = read_secret_key(&pem, Some(b"test"));
        others += usize::from(bare.is_ok_and(|(key, _)| key.public_key().id().to_string() != good));
    }
    // Without the comparison these would have been other keys without any error.
    assert!(others > 0);
}

#[test]
fn row_09_a_public_part_that_is_not_the_keys_is_refused() {
    let other = key(2);
    let text = plain();
    let id = key(1).public_key().id().to_string();
    let wrong_id = text.replace(&id, &other.public_key().id().to_string());
    assert!(matches!(error(&wrong_id, None), KeyFileError::Contradiction(..)));
    let wrong_key = text.replace(&key(1).public_key().to_base64(), &other.public_key().to_base64());
    assert!(matches!(error(&wrong_key, None), KeyFileError::Contradiction(..)));
    // PKCS#8 version 2 contains the public key: RFC 8410, section 10.3, and the same with one bit changed.
    let v2 = "-----BEGIN PRIVATE KEY-----\nMHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\noB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\nZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PRIVATE KEY-----\n";
    assert!(read_secret_key(v2, None).is_ok());
    let changed = v2.replace("ZuE=", "ZuI=");
    assert!(read_secret_key(&changed, None).is_err());
}

#[test]
fn lines_before_the_block_are_read_strictly_and_others_left_alone() {
    let text = plain();
    for wrong in [
        text.replace("Usage: production", "Usage: prod"),
        text.replace("Created: 2026-01-01", "Created: yesterday"),
        text.replace("Key-Id: ", "Key-Id: 0"),
        format!("Vendor: Other\n{text}"),
    ] {
        assert!(matches!(error(&wrong, None), KeyFileError::BadHeader(_)), "{wrong}");
    }
    let bags = format!("Bag Attributes\n    friendlyName: x\nKey Attributes: <No Attributes>\n{text}");
    assert!(read_secret_key(&bags, None).is_ok());
}

#[test]
fn what_is_no_key_file_is_named() {
    assert_eq!(error("", None), KeyFileError::NotPem);
    assert_eq!(error("-----BEGIN PRIVATE KEY-----\n", None), KeyFileError::NotPem);
    assert_eq!(error(&key(1).public_key().to_pem(), None), KeyFileError::OtherLabel);
    let rsa_like = "-----BEGIN PRIVATE KEY-----\nMEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCABAQEBAQEBAQEBAQEB\nAQEBAQEBAQEBAQEBAQEBAQEBAQ==\n-----END PRIVATE KEY-----\n";
    assert_eq!(error(rsa_like, None), KeyFileError::NotEd25519);
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
fn row_42_a_file_that_asks_for_too_much_work_is_refused_at_once() {
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
fn row_40_a_secret_key_belongs_to_its_owner_alone() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.key.pem");
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
    let link = folder.path().join("link");
    symlink(&path, &link).unwrap();
    assert!(store_fs::read_secret_file(&link).is_err());
    assert!(store_fs::create_secret_file(&link, "x").is_err());
    assert!(store_fs::read_secret_file(folder.path()).is_err());
    assert!(store_fs::read_secret_file(&folder.path().join("missing")).is_err());
}

#[test]
fn row_41_no_message_holds_a_secret() {
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

#[test]
fn a_scheme_that_is_not_read_is_named_and_an_unknown_one_is_damage() {
    use base64::Engine as _;
    // SEQUENCE { SEQUENCE { OID, SEQUENCE { salt, rounds } }, OCTET STRING }, the OID of PBE-SHA1-3DES; then an unknown one.
    for (oid, meant) in [
        ("060a2a864886f70d010c0103", KeyFileError::Unsupported("PBE-SHA1-3DES".to_owned())),
        ("060a2a864886f70d010c0143", KeyFileError::WrongPassphrase),
    ] {
        let hex = format!("3036301c{oid}300e040801020304050607080202080004{:02x}{}", 22, "00".repeat(22));
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let body = base64::engine::general_purpose::STANDARD.encode(bytes);
        let lines: Vec<&str> = body.as_bytes().chunks(64).map(|l| std::str::from_utf8(l).unwrap()).collect();
        let text = format!(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n",
            lines.join("\n")
        );
        assert_eq!(error(&text, Some(b"x")), meant, "{oid}");
    }
}
