//! Signed lists: purpose, version, signature and size of trust lists and revocation lists.

use std::fs;

use jiff::civil::{Date, date};
use keywright::license::License;
use keywright::sign::{
    LastSeen, ListId, MAX_STEP, RevocationList, Rollback, Seen, TrustBundle, parse_trust_list,
};
use keywright::verify::{
    Digest, Domain, KeyState, Mode, Outcome, Payload, SignedList, SignedListError, Trust, TrustError,
    TrustedKey, Usage, Verdict, Verifier,
};

use crate::sign::{TODAY, VENDOR, default_trust, key, signed, trusted};
use crate::sign_cli::{KEY, signed_dir, verify};
use crate::sign_life::revoke;
use crate::sign_lists::{BLOCK, bundle, list, open, signed_list};
use crate::sign_trust::good;

#[test]
fn threat_24_revocation_list_applies_to_its_vendor_only() {
    let license = License::from_text("test.lic", &signed(BLOCK));
    let digest = Payload::from_block(&license, &license.features[0]).digest();
    let one = list(1, |list| drop(list.revoked.digests.insert(digest, "replaced".to_owned())));
    let trust = default_trust();
    for (vendor, verdict) in [(VENDOR, Verdict::Revoked), ("Other", Verdict::Valid)] {
        let mut revocations = keywright::verify::Revocations::default();
        revocations.vendors.insert(vendor.to_owned(), one.revoked.clone());
        let report = Verifier::new(&trust, &revocations, TODAY, Mode::Production).file(&license);
        assert_eq!(report.blocks[0].verdict, verdict);
    }
}

#[test]
fn threat_30_verify_reports_stale_or_missing_list() {
    let license = License::from_text("test.lic", &signed(BLOCK));
    let trust = default_trust();
    let mut revocations = keywright::verify::Revocations::default();
    revocations.vendors.insert(VENDOR.to_owned(), list(1, |_| ()).revoked);
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
    let old = default_trust().until(date(2026, 2, 28));
    let report = Verifier::new(&old, &keywright::verify::Revocations::default(), TODAY, Mode::Production)
        .file(&license);
    assert_eq!(report.result(), "STALE");
    // A list of a vendor who has no block in the file is not asked.
    missing.missing = [("Other".to_owned(), 3)].into();
    let report = Verifier::new(&trust, &missing, TODAY, Mode::Production).file(&license);
    assert_eq!(report.result(), "VALID");
}

#[test]
fn threat_45_list_is_parsed_only_after_signature_check() {
    let text = signed_list(&list(1, |_| ()), &key(1));
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
    let error = RevocationList::verify(&bytes, &default_trust(), Mode::Production).unwrap_err();
    reasons.push(error.to_string());
    for reason in reasons {
        assert!(reason.contains("the text was changed"), "the reader saw it: {reason}");
    }
    // Every changed byte is detected.
    for at in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at] ^= 1;
        assert!(RevocationList::verify(&changed, &default_trust(), Mode::Production).is_err(), "byte {at}");
    }
}

#[test]
fn threat_45_list_envelope_is_parsed_strictly() {
    let text = signed_list(&list(1, |_| ()), &key(1));
    let (head, rest) = text.split_once('\n').unwrap();
    let (key_line, rest) = rest.split_once('\n').unwrap();
    let fault = |text: &str| SignedList::split(text.as_bytes(), Domain::Revocation).unwrap_err();
    let not_a_list = SignedListError::NotASignedList(Domain::Revocation);
    for (text, expected) in [
        (String::new(), not_a_list.clone()),
        (head.to_owned(), not_a_list.clone()),
        (format!("{head}x\n{key_line}\n{rest}"), not_a_list.clone()),
        (format!("\u{feff}{text}"), not_a_list),
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
            let text = signed_list(&list, &key(n + 1));
            format!("{}\n", text.lines().nth(1).unwrap())
        })
        .collect();
    assert_eq!(fault(&format!("{head}\n{many}\nx")), SignedListError::Signatures);
}

#[test]
fn threat_06_list_signed_for_other_purpose_is_rejected() {
    // The same bytes, signed as a block, as a bundle, and bare.
    let body = list(1, |_| ()).body();
    let key = key(1);
    for domain in [Domain::Feature, Domain::Trust, Domain::Log, Domain::Approval] {
        let id = key.public_key().id();
        let message = keywright::verify::message::message(domain, id, &Digest::of(body.as_bytes()));
        let signature = keywright::sign::Signer::sign(&key, &message).unwrap();
        let text = keywright::verify::KeyText { key: id, signature }.encode();
        let error = open(&format!("keywright/revocation/1\nKEY {text}\n\n{body}")).unwrap_err();
        assert!(error.contains("the text was changed"), "{error}");
    }
}

#[test]
fn threat_30_older_lists_are_rejected() {
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

#[test]
fn threat_30_bundle_must_be_signed_by_previous_key() {
    let (one, two) = (trusted(VENDOR, &key(1)), trusted(VENDOR, &key(2)));
    let text = bundle(2, vec![one.clone(), two.clone()]).sign(&key(2), &two).unwrap();
    let open = |anchor: TrustedKey| {
        TrustBundle::verify(text.as_bytes(), &Trust::from_key(anchor)).map_err(|e| e.to_string())
    };
    assert!(open(one).unwrap_err().contains("not in the trust store"));
    assert!(open(two.clone()).is_ok());
    let changed = |change: &dyn Fn(&mut TrustedKey)| {
        let mut two = two.clone();
        change(&mut two);
        open(two).unwrap_err()
    };
    assert!(changed(&|key| key.entry.vendor = "Other".to_owned()).contains("signed with a key of `Other`"));
    assert!(changed(&|key| key.entry.usage = Usage::Development).contains("development key"));
    assert!(changed(&|key| key.entry.state = KeyState::Compromised(TODAY)).contains("is compromised"));
    assert!(
        changed(&|key| key.entry.state = KeyState::Retired(date(2026, 2, 9))).contains("was not valid on")
    );
}

fn refused(text: &str) -> TrustError {
    match parse_trust_list(text) {
        Ok(entries) => panic!("{entries:?}\n{text}"),
        Err(error) => error,
    }
}

#[test]
fn threat_34_hostile_list_reports_location() {
    let id = key(1).public_key().id().to_string();
    for (from, to, line, words) in [
        ("version: 1", "version: 2", 1, "version"),
        ("version: 1\n", "", 1, "version"),
        ("usage: production", "usage: prod", 6, "invalid usage `prod`"),
        ("usage: production", "usage: production\n    usage: development", 7, "duplicate key `usage`"),
        ("usage: production", "usage: production\n    colour: red", 7, "colour"),
        ("vendor: ABC_Software", "vendor: ABC Software", 3, "is not a vendor name"),
        ("vendor: ABC_Software", "vendor: ''", 3, "is not a vendor name"),
        ("vendor: ABC_Software", "vendor: [ABC_Software]", 3, ""),
        ("not-before: 2026-01-01", "not-before: 2026-1-1", 7, "is not a date"),
        ("not-before: 2026-01-01", "not-before: 20260101", 7, "is not a date"),
        ("not-before: 2026-01-01", "not-before: 2026-02-30", 7, "is not a date"),
        ("not-before: 2026-01-01", "not-before: 2026-01-01T00:00:00", 7, "is not a date"),
        ("not-after: 2030-12-31", "not-after: 2025-12-31", 8, "is before"),
        ("    not-after: 2030-12-31\n", "", 0, "not-after"),
        ("state: active", "state: actve", 9, "invalid state"),
        ("state: active", "state: retired", 9, "requires `since"),
        ("state: active", "state: active\n    since: 2027-01-01", 10, "`since` is allowed"),
        ("file: abc.pub.pem", "file: ../abc.pub.pem", 5, "is not the name of a public key file"),
        ("file: abc.pub.pem", "file: /etc/abc.pub.pem", 5, "is not the name of a public key file"),
        ("file: abc.pub.pem", "file: ..\\abc.pub.pem", 5, "is not the name of a public key file"),
        ("file: abc.pub.pem", "file: .pub.pem", 5, "is not the name of a public key file"),
        ("file: abc.pub.pem", "file: abc.key.pem", 5, "is not the name of a public key file"),
        ("file: abc.pub.pem", "file: \"a\\u0000.pub.pem\"", 5, "is not the name of a public key file"),
        ("file: abc.pub.pem", "file: C:abc.pub.pem", 5, "is not the name of a public key file"),
        (id.as_str(), "0123456789ABCDEF", 4, "is not a key id"),
        (id.as_str(), "0123", 4, "is not a key id"),
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
fn threat_34_yaml_bombs_are_rejected_quickly() {
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
fn threat_24_revoked_license_is_not_valid() {
    let place = signed_dir();
    revoke(&place, &["--license", "a.lic", "--feature", "MyDraw", "--reason", "replaced by a larger one"])
        .expect_code(0);
    let seen = verify(&place, &["a.lic"]).expect_code(1);
    assert!(seen.stdout.contains("this block was revoked: `replaced by a larger one`"), "{}", seen.stdout);
    assert_eq!(seen.stdout.matches("  REVOKED  ").count(), 1);
    let first = place.read("keys/ABC_Software.revocations");
    // An older list is never taken again, nor is none.
    revoke(&place, &["--sn", "S-1", "--reason", "refunded"]).expect_code(0);
    verify(&place, &["a.lic"]).expect_code(1);
    let second = place.read("keys/ABC_Software.revocations");
    place.write("keys/ABC_Software.revocations", &first);
    let old = verify(&place, &["a.lic"]).expect_code(5);
    assert!(old.stderr.contains("it has version 1, but version 2 was seen before"), "{}", old.stderr);
    revoke(&place, &["--sn", "S-2", "--reason", "x"]).expect_code(5);
    fs::remove_file(place.path("keys/ABC_Software.revocations")).unwrap();
    place.write("b.lic", "FEATURE MyWrite { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }\n");
    place.run(&["sign", "b.lic", "--key", KEY, "--in-place"]).expect_code(0);
    let gone = verify(&place, &["b.lic"]).expect_code(5);
    assert!(gone.stdout.contains("RESULT: STALE"), "{}", gone.stdout);
    revoke(&place, &["--sn", "S-2", "--reason", "x"]).expect_code(5);
    // From elsewhere by option.
    place.write("new.list", &second);
    verify(&place, &["b.lic", "--revocations", "new.list"]).expect_code(0);
    verify(&place, &["b.lic", "--revocations", "missing.list"]).expect_code(6);
    verify(&place, &["b.lic", "--revocations", "b.lic"]).expect_code(2);
    place.write("new.list", second.replace("refunded", "refundee"));
    let forged = verify(&place, &["b.lic", "--revocations", "new.list"]).expect_code(2);
    assert!(forged.stderr.contains("the text was changed"), "{}", forged.stderr);
    // A truncated memory is not an empty one.
    place.write("keys/last-seen.yaml", "");
    verify(&place, &["b.lic"]).expect_code(2);
}
