//! Signed lists: revocation lists and trust bundles, and what an attacker does to them.

use std::fs;

use jiff::civil::{Date, date};
use keywright::license::License;
use keywright::sign::{
    LastSeen, ListId, MAX_STEP, RevocationList, Rollback, SecretKey, Seen, TrustBundle, change_state,
    format_entry, parse_trust_list,
};
use keywright::verify::{
    Digest, Domain, KeyState, Mode, Outcome, Payload, PublicKey, SignedList, SignedListError, Trust,
    TrustedKey, Usage, Verdict, Verifier,
};

use crate::sign::{TODAY, VENDOR, entry, key, signed, store, trusted, usual};

const BLOCK: &str =
    "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE VERSION=1.0 COUNT=5 SN=S-1 ISSUED=2026-02-01 }";

fn list(version: u64, change: impl FnOnce(&mut RevocationList)) -> RevocationList {
    let mut list = RevocationList::new(VENDOR, date(2026, 2, 10));
    list.version = version;
    list.withdrawn.expires = Some(date(2026, 12, 31));
    change(&mut list);
    list
}

fn sealed(list: &RevocationList, key: &SecretKey) -> String {
    list.seal(key, &trusted(VENDOR, key)).unwrap()
}

fn open(text: &str) -> Result<RevocationList, String> {
    RevocationList::open(text.as_bytes(), &usual(), Mode::Production).map_err(|error| error.to_string())
}

#[test]
fn a_revocation_list_reads_as_written() {
    let reason = "refunded: \"all\" of it \\ for `ACME`, größtenteils";
    let list = list(7, |list| {
        list.withdrawn.digests.insert(Digest::of(b"x"), reason.to_owned());
        list.withdrawn.sns.insert("null".to_owned(), reason.to_owned());
        list.withdrawn.sns.insert("0123".to_owned(), "no".to_owned());
        list.withdrawn.key_ids.insert(key(9).public_key().id(), "~".to_owned());
    });
    let text = sealed(&list, &key(1));
    assert!(text.starts_with("keywright/revocation/1\nKEY AQEA"), "{text}");
    let read = open(&text).unwrap();
    assert_eq!(RevocationList { digest: list.digest, ..read }, list);
    assert_eq!(open(&sealed(&self::list(1, |_| ()), &key(1))).unwrap().version, 1);
}

#[test]
fn row_24_a_block_on_the_list_is_revoked_and_other_vendors_lists_say_nothing() {
    let license = License::from_text("test.lic", &signed(BLOCK));
    let digest = Payload::of(&license, &license.features[0]).digest();
    let one = list(1, |list| drop(list.withdrawn.digests.insert(digest, "replaced".to_owned())));
    let trust = usual();
    for (vendor, verdict) in [(VENDOR, Verdict::Revoked), ("Other", Verdict::Valid)] {
        let mut revocations = keywright::verify::Revocations::default();
        revocations.vendors.insert(vendor.to_owned(), one.withdrawn.clone());
        let report = Verifier::new(&trust, &revocations, TODAY, Mode::Production).file(&license);
        assert_eq!(report.blocks[0].verdict, verdict);
    }
}

#[test]
fn row_30_a_stale_or_missing_list_is_told() {
    let license = License::from_text("test.lic", &signed(BLOCK));
    let trust = usual();
    let mut revocations = keywright::verify::Revocations::default();
    revocations.vendors.insert(VENDOR.to_owned(), list(1, |_| ()).withdrawn);
    let at = |day: Date| {
        let report = Verifier::new(&trust, &revocations, day, Mode::Production).file(&license);
        (report.outcome(), report.result())
    };
    assert_eq!(at(date(2026, 12, 31)), (Outcome::Valid, "VALID"));
    assert_eq!(at(date(2027, 1, 1)), (Outcome::Policy, "STALE"));
    let mut missing = keywright::verify::Revocations::default();
    missing.missing.insert(VENDOR.to_owned(), 3);
    let report = Verifier::new(&trust, &missing, TODAY, Mode::Production).file(&license);
    assert_eq!(report.result(), "STALE");
    let old = usual().until(date(2026, 2, 28));
    let report = Verifier::new(&old, &keywright::verify::Revocations::default(), TODAY, Mode::Production)
        .file(&license);
    assert_eq!(report.result(), "STALE");
    // A list of a vendor who has no block in the file is not asked.
    missing.missing = [("Other".to_owned(), 3)].into();
    let report = Verifier::new(&trust, &missing, TODAY, Mode::Production).file(&license);
    assert_eq!(report.result(), "VALID");
}

#[test]
fn row_45_no_byte_of_a_list_is_read_before_its_signature() {
    let text = sealed(&list(1, |_| ()), &key(1));
    let body = text.find("\n\n").unwrap() + 2;
    let mut reasons = Vec::new();
    for hostile in
        ["[".repeat(10_000), "&a [*a]".to_owned(), "\0".to_owned(), "version: 9\n".to_owned(), String::new()]
    {
        reasons.push(open(&format!("{}{hostile}", &text[..body])).unwrap_err());
    }
    let mut bytes = text.clone().into_bytes();
    bytes.truncate(body);
    bytes.extend([0xff, 0xfe]);
    let error = RevocationList::open(&bytes, &usual(), Mode::Production).unwrap_err();
    reasons.push(error.to_string());
    for reason in reasons {
        assert!(reason.contains("is not what key"), "the reader saw it: {reason}");
    }
    // Every single changed byte is noticed, wherever it stands.
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 1;
        assert!(RevocationList::open(&changed, &usual(), Mode::Production).is_err(), "byte {at}");
    }
}

#[test]
fn row_45_the_seal_itself_is_taken_apart_strictly() {
    let text = sealed(&list(1, |_| ()), &key(1));
    let (head, rest) = text.split_once('\n').unwrap();
    let (key_line, rest) = rest.split_once('\n').unwrap();
    let fault = |text: &str| SignedList::split(text.as_bytes(), Domain::Revocation).unwrap_err();
    let unsealed = SignedListError::NotSealed(Domain::Revocation);
    for (text, expected) in [
        (String::new(), unsealed.clone()),
        (head.to_owned(), unsealed.clone()),
        (format!("{head}x\n{key_line}\n{rest}"), unsealed.clone()),
        (format!("\u{feff}{text}"), unsealed),
        (text.replace('\n', "\r\n"), SignedListError::LineEnds),
        (text.replace("revocation/1", "trust/1"), SignedListError::OtherKind(Domain::Trust)),
        (format!("{head}\n{rest}"), SignedListError::Signatures),
        (format!("{head}\n{key_line}\n{key_line}\n{rest}"), SignedListError::Signatures),
        (format!("{head}\n{key_line}"), SignedListError::Signatures),
    ] {
        assert_eq!(fault(&text), expected, "{text}");
    }
    for line in ["KEY", "KEY ", "key AQEA", "KEY  AQEA", "KEY AQEA...", "X"] {
        assert!(matches!(fault(&format!("{head}\n{line}\n{rest}")), SignedListError::Key(_)), "{line}");
    }
    let many: String = (0..17)
        .map(|n| {
            let list = list(1, |_| ());
            let text = sealed(&list, &key(n + 1));
            format!("{}\n", text.lines().nth(1).unwrap())
        })
        .collect();
    assert_eq!(fault(&format!("{head}\n{many}\nx")), SignedListError::Signatures);
}

#[test]
fn row_06_a_list_signed_for_another_purpose_is_refused() {
    // The same bytes, signed as a block, as a bundle, and bare.
    let body = list(1, |_| ()).body();
    let key = key(1);
    for domain in [Domain::Feature, Domain::Trust, Domain::Log, Domain::Approval] {
        let id = key.public_key().id();
        let message = keywright::verify::message::message(domain, id, &Digest::of(body.as_bytes()));
        let signature = keywright::sign::Signer::sign(&key, &message).unwrap();
        let text = keywright::verify::KeyText { key: id, signature }.encode();
        let error = open(&format!("keywright/revocation/1\nKEY {text}\n\n{body}")).unwrap_err();
        assert!(error.contains("is not what key"), "{error}");
    }
}

#[test]
fn who_may_sign_a_list() {
    let good = list(1, |_| ());
    let text = sealed(&good, &key(1));
    let with = |change: &dyn Fn(&mut TrustedKey)| {
        let mut key = trusted(VENDOR, &key(1));
        change(&mut key);
        RevocationList::open(text.as_bytes(), &Trust::of(key), Mode::Production)
            .map_err(|error| error.to_string())
    };
    assert!(with(&|_| ()).is_ok());
    assert!(with(&|key| key.entry.state = KeyState::Standby).is_ok());
    for (change, words) in [
        (
            &(|key: &mut TrustedKey| key.entry.vendor = "Other".to_owned()) as &dyn Fn(&mut TrustedKey),
            "signed by a key of `Other`",
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
        RevocationList::open(text.as_bytes(), &store(&[(entry(VENDOR, &other), &other)]), Mode::Production);
    assert!(error.unwrap_err().to_string().contains("not in the trust store"));
}

#[test]
fn bodies_that_are_signed_and_still_wrong() {
    let good = list(1, |list| drop(list.withdrawn.sns.insert("S-1".to_owned(), "x".to_owned()))).body();
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
    assert!(parse(&twice).unwrap_err().to_string().contains("stands twice"));
}

#[test]
fn row_30_older_lists_are_never_taken_again() {
    let (one, two) = (Digest::of(b"1"), Digest::of(b"2"));
    let id = ListId::trust(VENDOR, Usage::Production);
    let mut seen = LastSeen::default();
    assert!(seen.check(&id, 1, &one).is_ok());
    assert!(seen.note(id.clone(), Seen::new(5, one)));
    assert!(!seen.note(id.clone(), Seen::new(5, one)));
    assert_eq!(seen.check(&id, 4, &one), Err(Rollback::Older { seen: 5, offered: 4 }));
    let both = [one, two].into();
    assert_eq!(seen.check(&id, 5, &two), Err(Rollback::Differs { version: 5, digests: both }));
    assert!(seen.check(&id, 5, &one).is_ok());
    assert!(seen.check(&id, 5 + MAX_STEP, &two).is_ok());
    let high = 6 + MAX_STEP;
    assert_eq!(seen.check(&id, high, &two), Err(Rollback::TooHigh { seen: 5, offered: high }));
    // Other kinds, vendors and usages have memories of their own.
    for other in [
        ListId::revocation(VENDOR, Usage::Production),
        ListId::trust("Other", Usage::Production),
        ListId::trust(VENDOR, Usage::Development),
    ] {
        assert!(seen.check(&other, 1, &two).is_ok());
    }
    assert_eq!(LastSeen::parse(&seen.text()).unwrap(), seen);
    assert_eq!(LastSeen::parse(&LastSeen::default().text()).unwrap(), LastSeen::default());
    // A file that was cut is an error, never a fresh start.
    let text = seen.text();
    for cut in ["", "\n", "format: 1\n", "format: 2\n", &text[..text.len() - 3], "null", "seen: []\n"] {
        assert!(LastSeen::parse(cut).is_err(), "{cut:?}");
    }
}

fn bundle(version: u64, keys: Vec<TrustedKey>) -> TrustBundle {
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
fn a_bundle_reads_as_written_and_is_a_store() {
    let mut retired = trusted(VENDOR, &key(2));
    retired.entry.state = KeyState::Retired(date(2026, 1, 31));
    let mut other = trusted("null", &key(3));
    other.entry.usage = Usage::Development;
    let one = trusted(VENDOR, &key(1));
    let text = bundle(1, vec![one.clone(), retired, other]).seal(&key(1), &one).unwrap();
    let read = TrustBundle::open(text.as_bytes(), &Trust::of(one)).unwrap();
    assert_eq!((read.keys.len(), read.version, read.expires), (3, 1, date(2027, 2, 10)));
    assert_eq!(read.keys[2].entry.vendor, "null");
    let trust = read.trust().unwrap();
    assert_eq!(trust.stale(date(2027, 2, 10)), None);
    assert!(trust.stale(date(2027, 2, 11)).is_some());
    let license = License::from_text("test.lic", &signed(BLOCK));
    assert_eq!(crate::sign::report(&trust, &license).outcome(), Outcome::Valid);
    assert!(TrustBundle::reopen(text.as_bytes(), |_| false).is_err());
    assert_eq!(TrustBundle::reopen(text.as_bytes(), |digest| *digest == read.digest).unwrap(), read);
}

#[test]
fn row_30_a_bundle_is_believed_only_by_a_key_of_the_one_before() {
    let (one, two) = (trusted(VENDOR, &key(1)), trusted(VENDOR, &key(2)));
    let text = bundle(2, vec![one.clone(), two.clone()]).seal(&key(2), &two).unwrap();
    let open = |anchor: TrustedKey| {
        TrustBundle::open(text.as_bytes(), &Trust::of(anchor)).map_err(|e| e.to_string())
    };
    assert!(open(one).unwrap_err().contains("not in the trust store"));
    assert!(open(two.clone()).is_ok());
    let changed = |change: &dyn Fn(&mut TrustedKey)| {
        let mut two = two.clone();
        change(&mut two);
        open(two).unwrap_err()
    };
    assert!(changed(&|key| key.entry.vendor = "Other".to_owned()).contains("signed by a key of `Other`"));
    assert!(changed(&|key| key.entry.usage = Usage::Development).contains("development key"));
    assert!(changed(&|key| key.entry.state = KeyState::Compromised(TODAY)).contains("is compromised"));
    assert!(changed(&|key| key.entry.state = KeyState::Retired(date(2026, 2, 9))).contains("could not sign"));
}

#[test]
fn a_bundle_must_vouch_for_its_signer() {
    let (one, two) = (trusted(VENDOR, &key(1)), trusted(VENDOR, &key(2)));
    let refused = bundle(1, vec![two]).seal(&key(1), &one).unwrap_err().to_string();
    assert!(refused.contains("not among its own keys"), "{refused}");
    let mut given_up = one.clone();
    given_up.entry.state = KeyState::Compromised(TODAY);
    let refused = bundle(1, vec![given_up]).seal(&key(1), &one).unwrap_err().to_string();
    assert!(refused.contains("calls compromised itself"), "{refused}");
}

#[test]
fn row_03_a_bundle_takes_no_weak_key() {
    let one = trusted(VENDOR, &key(1));
    let body = bundle(1, vec![one.clone()]).body();
    let parse = |text: &str| TrustBundle::parse(text, Digest::of(b""));
    assert!(parse(&body).is_ok());
    let public = one.key.to_base64();
    for weak in [
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "AA==",
        "?",
    ] {
        assert!(parse(&body.replace(&public, weak)).is_err(), "{weak}");
    }
    let other = key(2).public_key().to_base64();
    assert!(parse(&body.replace(&public, &other)).unwrap_err().to_string().contains("has id"));
    let twice = format!("{body}{}", &body[body.find("  - vendor").unwrap()..]);
    assert!(parse(&twice).unwrap_err().to_string().contains("stands twice"));
}

#[test]
fn a_state_is_changed_and_nothing_else() {
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
fn both_lists_in_one_folder_are_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let one = trusted(VENDOR, &key(1));
    let text = bundle(1, vec![one.clone()]).seal(&key(1), &one).unwrap();
    fs::write(folder.path().join("trust.bundle"), &text).unwrap();
    let unknown = keywright::sign::store_fs::load_trust(folder.path()).unwrap_err();
    assert!(unknown.message.contains("not the one that was installed"), "{unknown}");
    let mut seen = LastSeen::default();
    let digest = TrustBundle::open(text.as_bytes(), &Trust::of(one)).unwrap().digest;
    seen.note(ListId::trust(VENDOR, Usage::Production), Seen::new(1, digest));
    fs::write(folder.path().join("last-seen.yaml"), seen.text()).unwrap();
    let trust = keywright::sign::store_fs::load_trust(folder.path()).unwrap();
    let public: PublicKey = *key(1).public_key();
    assert!(trust.get(public.id()).is_some());
    fs::write(folder.path().join("trust.yaml"), "version: 1\nkeys: []\n").unwrap();
    assert!(keywright::sign::store_fs::load_trust(folder.path()).unwrap_err().message.contains("both"));
}
