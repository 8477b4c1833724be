//! Signed lists: revocation lists and trust bundles, and what an attacker does to them.

use std::fs;

use jiff::civil::date;
use keywright::license::License;
use keywright::sign::{
    LastSeen, ListId, RevocationList, SecretKey, Seen, TrustBundle, change_state, format_entry,
    parse_trust_list,
};
use keywright::verify::{Digest, KeyState, Mode, Outcome, PublicKey, Trust, TrustedKey, Usage};

use crate::sign::{TODAY, VENDOR, default_trust, entry, key, signed, store, trusted};

pub(crate) const BLOCK: &str =
    "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE VERSION=1.0 COUNT=5 SN=S-1 ISSUED=2026-02-01 }";

pub(crate) fn list(version: u64, change: impl FnOnce(&mut RevocationList)) -> RevocationList {
    let mut list = RevocationList::new(VENDOR, date(2026, 2, 10));
    list.version = version;
    list.revoked.expires = Some(date(2026, 12, 31));
    change(&mut list);
    list
}

pub(crate) fn signed_list(list: &RevocationList, key: &SecretKey) -> String {
    list.sign(key, &trusted(VENDOR, key)).unwrap()
}

pub(crate) fn open(text: &str) -> Result<RevocationList, String> {
    RevocationList::verify(text.as_bytes(), &default_trust(), Mode::Production)
        .map_err(|error| error.to_string())
}

#[test]
fn revocation_list_reads_back() {
    let reason = "refunded: \"all\" of it \\ for `ACME`, größtenteils";
    let list = list(7, |list| {
        list.revoked.digests.insert(Digest::of(b"x"), reason.to_owned());
        list.revoked.sns.insert("null".to_owned(), reason.to_owned());
        list.revoked.sns.insert("0123".to_owned(), "no".to_owned());
        list.revoked.key_ids.insert(key(9).public_key().id(), "~".to_owned());
    });
    let text = signed_list(&list, &key(1));
    assert!(text.starts_with("keywright/revocation/1\nKEY AQEA"), "{text}");
    let read = open(&text).unwrap();
    assert_eq!(RevocationList { digest: list.digest, ..read }, list);
    assert_eq!(open(&signed_list(&self::list(1, |_| ()), &key(1))).unwrap().version, 1);
}

#[test]
fn lists_are_signed_by_permitted_keys_only() {
    let good = list(1, |_| ());
    let text = signed_list(&good, &key(1));
    let with = |change: &dyn Fn(&mut TrustedKey)| {
        let mut key = trusted(VENDOR, &key(1));
        change(&mut key);
        RevocationList::verify(text.as_bytes(), &Trust::from_key(key), Mode::Production)
            .map_err(|error| error.to_string())
    };
    assert!(with(&|_| ()).is_ok());
    assert!(with(&|key| key.entry.state = KeyState::Standby).is_ok());
    for (change, words) in [
        (
            &(|key: &mut TrustedKey| key.entry.vendor = "Other".to_owned()) as &dyn Fn(&mut TrustedKey),
            "signed with a key of `Other`",
        ),
        (&|key| key.entry.usage = Usage::Development, "development key"),
        (&|key| key.entry.state = KeyState::Compromised(TODAY), "is compromised since"),
        (&|key| key.entry.state = KeyState::Retired(date(2026, 2, 1)), "was retired"),
        (&|key| key.entry.not_before = TODAY, "may sign from"),
    ] {
        let error = with(change).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    let other = key(2);
    let error =
        RevocationList::verify(text.as_bytes(), &store(&[(entry(VENDOR, &other), &other)]), Mode::Production);
    assert!(error.unwrap_err().to_string().contains("not in the trust store"));
}

#[test]
fn signed_lists_with_invalid_bodies_are_rejected() {
    let good = list(1, |list| drop(list.revoked.sns.insert("S-1".to_owned(), "x".to_owned()))).body();
    let parse = |text: &str| RevocationList::parse(text, Digest::of(b""));
    assert!(parse(&good).is_ok());
    for (from, to) in [
        ("format: 1", "format: 2"),
        ("version: 1", "version: 0"),
        ("version: 1", "version: 01"),
        ("version: 1", "version: 1.0"),
        ("version: 1", "version: 18446744073709551616"),
        ("vendor: \"ABC_Software\"", "vendor: \"a b\""),
        ("issued: 2026-02-10", "issued: 2026-2-10"),
        ("expires: 2026-12-31", "expires: 2026-02-09"),
        ("expires: 2026-12-31", "expires: 2026-02-30"),
        ("sn: \"S-1\"", "sn: \"S 1\""),
        ("reason: \"x\"", "reason: \"\""),
        ("reason: \"x\"", "reason: \"a\\nb\""),
        ("keys: []", "keys: []\nkeys: []"),
        ("keys: []", "keys:\n  - id: \"00\"\n    reason: \"x\""),
        ("blocks: []", "blocks:\n  - digest: \"00\"\n    reason: \"x\""),
        ("blocks: []", ""),
        ("sets:", "extra: 1\nsets:"),
        ("keys: []", "keys: []\n---\n"),
    ] {
        let text = good.replacen(from, to, 1);
        assert_ne!(text, good, "{from}");
        assert!(parse(&text).is_err(), "{to}");
    }
    let twice =
        good.replace("    reason: \"x\"\n", "    reason: \"x\"\n  - sn: \"S-1\"\n    reason: \"y\"\n");
    assert!(parse(&twice).unwrap_err().to_string().contains("duplicate"));
}

pub(crate) fn bundle(version: u64, keys: Vec<TrustedKey>) -> TrustBundle {
    TrustBundle {
        vendor: VENDOR.to_owned(),
        version,
        issued: date(2026, 2, 10),
        expires: date(2027, 2, 10),
        keys,
        digest: Digest::of(b""),
    }
}

#[test]
fn bundle_reads_back_and_is_a_store() {
    let mut retired = trusted(VENDOR, &key(2));
    retired.entry.state = KeyState::Retired(date(2026, 1, 31));
    let mut other = trusted("null", &key(3));
    other.entry.usage = Usage::Development;
    let one = trusted(VENDOR, &key(1));
    let text = bundle(1, vec![one.clone(), retired, other]).sign(&key(1), &one).unwrap();
    let read = TrustBundle::verify(text.as_bytes(), &Trust::from_key(one)).unwrap();
    assert_eq!((read.keys.len(), read.version, read.expires), (3, 1, date(2027, 2, 10)));
    assert_eq!(read.keys[2].entry.vendor, "null");
    let trust = read.trust().unwrap();
    assert_eq!(trust.stale(date(2027, 2, 10)), None);
    assert!(trust.stale(date(2027, 2, 11)).is_some());
    let license = License::from_text("test.lic", &signed(BLOCK));
    assert_eq!(crate::sign::report(&trust, &license).outcome(), Outcome::Valid);
    assert!(TrustBundle::parse_installed(text.as_bytes(), |_| false).is_err());
    assert_eq!(TrustBundle::parse_installed(text.as_bytes(), |digest| *digest == read.digest).unwrap(), read);
}

#[test]
fn bundle_must_list_its_signer() {
    let (one, two) = (trusted(VENDOR, &key(1)), trusted(VENDOR, &key(2)));
    let refused = bundle(1, vec![two]).sign(&key(1), &one).unwrap_err().to_string();
    assert!(refused.contains("which it does not list"), "{refused}");
    let mut given_up = one.clone();
    given_up.entry.state = KeyState::Compromised(TODAY);
    let refused = bundle(1, vec![given_up]).sign(&key(1), &one).unwrap_err().to_string();
    assert!(refused.contains("which it marks as compromised"), "{refused}");
}

#[test]
fn state_change_leaves_other_fields_unchanged() {
    let entries: Vec<_> = (1..=3).map(|n| entry(VENDOR, &key(n))).collect();
    let text = entries.iter().map(format_entry).collect::<String>();
    let text = format!(
        "# ours\nversion: 1\nkeys:\n{}",
        text.replace("    state: active\n", "    state: active  # note\n")
    );
    let id = entries[1].id;
    for state in [KeyState::Standby, KeyState::Retired(TODAY), KeyState::Compromised(TODAY), KeyState::Active]
    {
        let changed = change_state(&text, id, state).unwrap();
        let read = parse_trust_list(&changed).unwrap();
        assert_eq!(read[1].state, state);
        assert_eq!((read[0].state, read[2].state), (KeyState::Active, KeyState::Active));
        assert!(changed.starts_with("# ours\n"));
        assert_eq!(change_state(&changed, id, KeyState::Active).unwrap().matches("since").count(), 0);
    }
    assert!(change_state(&text, key(9).public_key().id(), KeyState::Standby).is_err());
    let flow = "version: 1\nkeys:\n- {vendor: a, id: 'ID', file: a.pub.pem, usage: production, not-before: 2026-01-01, not-after: 2027-01-01, state: active}\n"
        .replace("ID", &id.to_string());
    let refused = change_state(&flow, id, KeyState::Retired(TODAY)).unwrap_err();
    assert!(refused.help.unwrap().contains("by hand"));
}

#[test]
fn directory_with_list_and_bundle_is_not_a_store() {
    let directory = tempfile::tempdir().unwrap();
    let one = trusted(VENDOR, &key(1));
    let text = bundle(1, vec![one.clone()]).sign(&key(1), &one).unwrap();
    fs::write(directory.path().join("trust.bundle"), &text).unwrap();
    let unknown = keywright::sign::store_fs::load_trust(directory.path()).unwrap_err();
    assert!(unknown.message.contains("not the one that was installed"), "{unknown}");
    let mut seen = LastSeen::default();
    let digest = TrustBundle::verify(text.as_bytes(), &Trust::from_key(one)).unwrap().digest;
    seen.note(ListId::trust(VENDOR, Usage::Production), Seen::new(1, digest));
    fs::write(directory.path().join("last-seen.yaml"), seen.text()).unwrap();
    let trust = keywright::sign::store_fs::load_trust(directory.path()).unwrap();
    let public: PublicKey = *key(1).public_key();
    assert!(trust.get(public.id()).is_some());
    fs::write(directory.path().join("trust.yaml"), "version: 1\nkeys: []\n").unwrap();
    assert!(keywright::sign::store_fs::load_trust(directory.path()).unwrap_err().message.contains("both"));
}
