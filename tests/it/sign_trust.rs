//! Trust stores: what a list may say, and what is refused with its place.

use std::fs;

use jiff::civil::date;
use keywright::sign::{TRUST_LIST, format_entry, parse_trust_list, store_fs};
use keywright::verify::{KeyState, PublicKey, PublicKeyError, Trust, Usage};

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

pub(crate) fn good() -> String {
    GOOD.replace("ID", &key(1).public_key().id().to_string())
}

#[test]
fn trust_list_reads_back() {
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
fn trust_list_of_any_values_reads_back() {
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
fn store_rejects_secret_key() {
    let secret = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB\n-----END PRIVATE KEY-----\n";
    assert_eq!(PublicKey::from_pem(secret).err(), Some(PublicKeyError::SecretKey));
    let error = Trust::assemble(vec![entry(VENDOR, &key(1))], |_| Ok(secret.to_owned())).unwrap_err();
    assert!(error.message.contains("secret key") && error.help.is_some(), "{error}");
}

#[test]
fn public_key_reads_back_in_both_forms() {
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
fn directory_is_a_trust_store() {
    let directory = tempfile::tempdir().unwrap();
    let missing = store_fs::load_trust(directory.path()).unwrap_err();
    assert!(missing.message.contains("`trust.yaml` not found") && missing.help.is_some());
    fs::write(directory.path().join(TRUST_LIST), good()).unwrap();
    let missing = store_fs::load_trust(directory.path()).unwrap_err();
    assert!(missing.message.contains("abc.pub.pem"), "{missing}");
    assert_eq!(missing.place, Some((3, 1)));
    let path = directory.path().join("abc.pub.pem");
    fs::create_dir(&path).unwrap();
    assert!(
        store_fs::load_trust(directory.path()).unwrap_err().message.contains("is a directory, not a file")
    );
    fs::remove_dir(&path).unwrap();
    fs::write(&path, "x".repeat(70_000)).unwrap();
    assert!(store_fs::load_trust(directory.path()).unwrap_err().message.contains("too large"));
    fs::write(&path, key(1).public_key().to_pem()).unwrap();
    let trust = store_fs::load_trust(directory.path()).unwrap();
    assert_eq!(trust.get(key(1).public_key().id()).unwrap().entry.vendor, VENDOR);
    assert!(trust.get(key(2).public_key().id()).is_none());
}
