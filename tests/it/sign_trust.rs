//! Trust stores: what a list may say, and what is refused with its place.

use std::fs;

use jiff::civil::date;
use keywright::sign::{TRUST_LIST, format_entry, parse_trust_list, store_fs};
use keywright::verify::{KeyState, PublicKey, PublicKeyError, Trust, TrustError, Usage};

use crate::sign::{VENDOR, entry, key};

const GOOD: &str = "\
version: 1
keys:
  - vendor: ABC_Software
    id: ID
    file: abc.pub.pem
    usage: production
    not-before: 2026-01-01
    not-after: 2030-12-31
    state: active
";

fn good() -> String {
    GOOD.replace("ID", &key(1).public_key().id().to_string())
}

fn refused(text: &str) -> TrustError {
    match parse_trust_list(text) {
        Ok(entries) => panic!("{entries:?}\n{text}"),
        Err(error) => error,
    }
}

#[test]
fn a_list_reads_as_written() {
    let entries = parse_trust_list(&good()).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].vendor, VENDOR);
    assert_eq!(entries[0].id, key(1).public_key().id());
    assert_eq!((entries[0].usage, entries[0].state), (Usage::Production, KeyState::Active));
    assert_eq!((entries[0].not_before, entries[0].not_after), (date(2026, 1, 1), date(2030, 12, 31)));
    assert_eq!(entries[0].line, 3);
    let retired = good().replace("state: active", "state: retired\n    since: 2027-05-01");
    assert_eq!(parse_trust_list(&retired).unwrap()[0].state, KeyState::Retired(date(2027, 5, 1)));
    assert_eq!(parse_trust_list("version: 1\nkeys: []\n").unwrap(), []);
}

#[test]
fn what_is_written_reads_back() {
    let states = [
        KeyState::Active,
        KeyState::Standby,
        KeyState::Retired(date(2027, 1, 1)),
        KeyState::Compromised(date(2027, 1, 1)),
    ];
    for vendor in ["ABC_Software", "null", "1e5", "no", "-", "0x10", "true", "_"] {
        for state in states {
            let mut entry = entry(vendor, &key(3));
            entry.state = state;
            entry.line = 3;
            let text = format!("version: 1\nkeys:\n{}", format_entry(&entry));
            assert_eq!(parse_trust_list(&text).unwrap(), [entry], "{text}");
        }
    }
}

#[test]
fn row_34_a_hostile_list_is_refused_where_it_is_wrong() {
    let id = key(1).public_key().id().to_string();
    for (from, to, line, words) in [
        ("version: 1", "version: 2", 1, "version"),
        ("version: 1\n", "", 1, "version"),
        ("usage: production", "usage: prod", 6, "`prod` is no usage"),
        ("usage: production", "usage: production\n    usage: development", 7, "duplicate key `usage`"),
        ("usage: production", "usage: production\n    colour: red", 7, "colour"),
        ("vendor: ABC_Software", "vendor: ABC Software", 3, "no vendor's name"),
        ("vendor: ABC_Software", "vendor: ''", 3, "no vendor's name"),
        ("vendor: ABC_Software", "vendor: [ABC_Software]", 3, ""),
        ("not-before: 2026-01-01", "not-before: 2026-1-1", 7, "no day"),
        ("not-before: 2026-01-01", "not-before: 20260101", 7, "no day"),
        ("not-before: 2026-01-01", "not-before: 2026-02-30", 7, "no day"),
        ("not-before: 2026-01-01", "not-before: 2026-01-01T00:00:00", 7, "no day"),
        ("not-after: 2030-12-31", "not-after: 2025-12-31", 8, "lies before"),
        ("    not-after: 2030-12-31\n", "", 0, "not-after"),
        ("state: active", "state: actve", 9, "no state"),
        ("state: active", "state: retired", 9, "needs `since"),
        ("state: active", "state: active\n    since: 2027-01-01", 10, "`since` belongs"),
        ("file: abc.pub.pem", "file: ../abc.pub.pem", 5, "no name of a public key file"),
        ("file: abc.pub.pem", "file: /etc/abc.pub.pem", 5, "no name of a public key file"),
        ("file: abc.pub.pem", "file: ..\\abc.pub.pem", 5, "no name of a public key file"),
        ("file: abc.pub.pem", "file: .pub.pem", 5, "no name of a public key file"),
        ("file: abc.pub.pem", "file: abc.key.pem", 5, "no name of a public key file"),
        ("file: abc.pub.pem", "file: \"a\\u0000.pub.pem\"", 5, "no name of a public key file"),
        ("file: abc.pub.pem", "file: C:abc.pub.pem", 5, "no name of a public key file"),
        (id.as_str(), "0123456789ABCDEF", 4, "no key id"),
        (id.as_str(), "0123", 4, "no key id"),
        ("vendor: ABC_Software", "vendor: &a ABC_Software", 0, "anchors and aliases are not allowed"),
        ("vendor: ABC_Software", "vendor: *a", 0, ""),
        ("vendor: ABC_Software", "<<: {usage: production}\n    vendor: ABC_Software", 0, ""),
        ("vendor: ABC_Software", "vendor: !secret ABC_Software", 0, "is not allowed"),
        ("version: 1", "version: 1\n---\nversion: 1", 0, ""),
        ("keys:", "keys: !!set", 0, ""),
    ] {
        let text = good().replace(from, to);
        assert_ne!(text, good(), "{from}");
        let error = refused(&text);
        let shown = error.to_string();
        assert!(shown.contains(words) && !shown.contains('\n'), "{to}: {shown}");
        if line > 0 {
            assert_eq!(error.place.map(|place| place.0), Some(line), "{to}: {shown}");
        }
    }
}

#[test]
fn row_34_yaml_bombs_are_refused_soon() {
    let mut laughs = String::from("version: 1\nkeys: [*h]\na: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (name, of) in ["b", "c", "d", "e", "f", "g", "h"].iter().zip(["a", "b", "c", "d", "e", "f", "g"]) {
        laughs += &format!("{name}: &{name} [{}]\n", vec![format!("*{of}"); 10].join(","));
    }
    for bomb in [
        laughs,
        "[".repeat(200_000),
        "- ".repeat(100_000),
        format!("version: 1\nkeys: {}", "{a: ".repeat(10_000)),
        "\u{feff}".to_owned(),
        "\0".to_owned(),
        String::new(),
        "null".to_owned(),
    ] {
        refused(&bomb);
    }
}

#[test]
fn row_07_an_id_that_is_not_the_keys_is_refused() {
    let entry = entry(VENDOR, &key(1));
    let error = Trust::assemble(vec![entry], |_| Ok(key(2).public_key().to_pem())).unwrap_err();
    assert!(error.message.contains("has id"), "{error}");
}

#[test]
fn a_secret_key_in_the_store_is_refused_loudly() {
    let secret = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n";
    assert_eq!(PublicKey::from_pem(secret).err(), Some(PublicKeyError::SecretKey));
    let error = Trust::assemble(vec![entry(VENDOR, &key(1))], |_| Ok(secret.to_owned())).unwrap_err();
    assert!(error.message.contains("secret key") && error.help.is_some(), "{error}");
}

#[test]
fn a_public_key_reads_back_in_both_forms() {
    let key = key(1);
    let public = key.public_key();
    assert_eq!(PublicKey::from_pem(&public.to_pem()), Ok(*public));
    assert_eq!(PublicKey::from_pem(&public.to_pem().replace('\n', "\r\n")), Ok(*public));
    let line = public.to_line(VENDOR);
    assert_eq!(PublicKey::from_line(&line), Ok((VENDOR, *public)));
    let other = crate::sign::key(2).public_key().id().to_string();
    assert_eq!(
        PublicKey::from_line(&line.replace(&public.id().to_string(), &other)),
        Err(PublicKeyError::IdDiffers)
    );
    for wrong in ["", "keywright-pub:a:b", &line[1..], &format!("{line}:"), &line[..line.len() - 1]] {
        assert_eq!(PublicKey::from_line(wrong), Err(PublicKeyError::NotALine), "{wrong}");
    }
    for wrong in ["", "x", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"] {
        assert!(PublicKey::from_pem(wrong).is_err());
    }
}

#[test]
fn a_folder_is_a_trust_store() {
    let folder = tempfile::tempdir().unwrap();
    let missing = store_fs::load_trust(folder.path()).unwrap_err();
    assert!(missing.message.contains("has no list") && missing.help.is_some());
    fs::write(folder.path().join(TRUST_LIST), good()).unwrap();
    let missing = store_fs::load_trust(folder.path()).unwrap_err();
    assert!(missing.message.contains("abc.pub.pem"), "{missing}");
    assert_eq!(missing.place, Some((3, 1)));
    let path = folder.path().join("abc.pub.pem");
    fs::create_dir(&path).unwrap();
    assert!(store_fs::load_trust(folder.path()).unwrap_err().message.contains("is a directory, not a file"));
    fs::remove_dir(&path).unwrap();
    fs::write(&path, "x".repeat(70_000)).unwrap();
    assert!(store_fs::load_trust(folder.path()).unwrap_err().message.contains("too large"));
    fs::write(&path, key(1).public_key().to_pem()).unwrap();
    let trust = store_fs::load_trust(folder.path()).unwrap();
    assert_eq!(trust.get(key(1).public_key().id()).unwrap().entry.vendor, VENDOR);
    assert!(trust.get(key(2).public_key().id()).is_none());
}
