//! Secret key files: writing, reading and rejection.

use jiff::civil::date;
use keywright::sign::{Kdf, KeyFileError, Label, Protection, SecretKey, parse_secret_key, write_secret_key};
use keywright::verify::Usage;

use crate::sign::{VENDOR, key};

pub(crate) const PASSPHRASE: &[u8] = "Zürich canary passphrase".as_bytes();

fn label() -> Label {
    Label {
        vendor: Some(VENDOR.to_owned()),
        created: Some(date(2026, 1, 1)),
        usage: Some(Usage::Production),
        weakness: None,
    }
}

pub(crate) fn encrypted(kdf: Kdf) -> String {
    write_secret_key(&key(1), &label(), Protection::Passphrase(PASSPHRASE, kdf)).unwrap().to_string()
}

pub(crate) fn plain() -> String {
    write_secret_key(&key(1), &label(), Protection::Plain).unwrap().to_string()
}

/// Returns the error of reading. A key has no `Debug`, so a success prints the key id and the label.
pub(crate) fn error(text: &str, passphrase: Option<&[u8]>) -> KeyFileError {
    match parse_secret_key(text, passphrase) {
        Ok((key, label)) => panic!("read as {} {label:?}\n{text}", key.public_key().id()),
        Err(error) => error,
    }
}

pub(crate) fn id(read: Result<(SecretKey, Label), KeyFileError>) -> String {
    read.map(|(key, _)| key.public_key().id().to_string()).unwrap()
}

#[test]
fn key_file_reads_back() {
    let id_of_key = key(1).public_key().id().to_string();
    for kdf in [Kdf::Scrypt, Kdf::Pbkdf2] {
        let text = encrypted(kdf);
        assert!(text.starts_with("Vendor: ABC_Software\nKey-Id: "), "{text}");
        assert!(
            text.contains(
                "\nCreated: 2026-01-01\nUsage: production\n-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
            )
        );
        let (read, found) = parse_secret_key(&text, Some(PASSPHRASE)).unwrap();
        assert_eq!(read.public_key().id().to_string(), id_of_key);
        assert_eq!(found, label());
        assert_eq!(error(&text, None), KeyFileError::PassphraseNeeded);
        assert_eq!(error(&text, Some(b"other")), KeyFileError::WrongPassphrase);
        assert_eq!(error(&text, Some(b"")), KeyFileError::WrongPassphrase);
        assert_eq!(id(parse_secret_key(&text.replace('\n', "\r\n"), Some(PASSPHRASE))), id_of_key);
    }
    let (_, found) = parse_secret_key(&plain(), None).unwrap();
    assert!(found.weakness.is_some());
}

#[test]
fn two_files_of_same_key_differ_in_every_line() {
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
fn empty_passphrase_is_rejected() {
    let refused = write_secret_key(&key(1), &label(), Protection::Passphrase(b"", Kdf::Scrypt));
    assert_eq!(refused.err(), Some(KeyFileError::EmptyPassphrase));
}

#[test]
fn key_file_headers_are_read_strictly() {
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
    assert!(parse_secret_key(&bags, None).is_ok());
}

#[test]
fn invalid_key_files_are_reported() {
    assert_eq!(error("", None), KeyFileError::NotPem);
    assert_eq!(error("-----BEGIN PRIVATE KEY-----\n", None), KeyFileError::NotPem);
    assert_eq!(error(&key(1).public_key().to_pem(), None), KeyFileError::OtherLabel);
    let rsa_like = "-----BEGIN PRIVATE KEY-----\nMEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCABAQEBAQEBAQEBAQEB\nAQEBAQEBAQEBAQEBAQEBAQEBAQ==\n-----END PRIVATE KEY-----\n";
    assert_eq!(error(rsa_like, None), KeyFileError::NotEd25519);
}

#[test]
fn unsupported_key_scheme_is_reported() {
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
