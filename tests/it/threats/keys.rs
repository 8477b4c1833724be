//! Weak keys, keys of other vendors, keys outside of their validity or usage.

use keywright::license::License;
use keywright::sign::{Signer as _, TrustBundle, sign_file};
use keywright::verify::{
    Digest, Domain, KeyState, KeyText, Mode, Payload, PublicKey, PublicKeyError, Revocations, Trust,
    TrustedKey, Usage, Verdict, Verifier, message,
};

use crate::sign::{TODAY, VENDOR, entry, key, signed, single_verdict, store, trusted, verdicts_of};
use crate::sign_lists::bundle;
use crate::threats::blocks::{SIGNED_BLOCK, key_of, with_key};

/// Points of small order and encodings that are not canonical, as collected for checks of Ed25519 programs.
const WEAK_POINTS: [&str; 14] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

pub(crate) fn point(hex: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap();
    }
    bytes
}

#[test]
fn threat_03_import_rejects_weak_public_keys() {
    for hex in WEAK_POINTS {
        assert!(PublicKey::from_bytes(&point(hex)).is_err(), "{hex}");
    }
    // Points of mixed order, from the published check vectors for Ed25519 programs.
    for hex in [
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43",
    ] {
        assert_eq!(PublicKey::from_bytes(&point(hex)).err(), Some(PublicKeyError::Torsion), "{hex}");
    }
    // y = 2 is on no point; 2^255 - 18 is 1 in another encoding.
    assert_eq!(
        PublicKey::from_bytes(&{
            let mut y = [0; 32];
            y[0] = 2;
            y
        })
        .err(),
        Some(PublicKeyError::NotAPoint)
    );
    assert_eq!(PublicKey::from_bytes(&point(WEAK_POINTS[8])).err(), Some(PublicKeyError::NotCanonical));
}

#[test]
fn threat_07_key_id_does_not_authenticate() {
    let (one, two) = (key(1), key(2));
    let trust = store(&[(entry(VENDOR, &one), &one), (entry(VENDOR, &two), &two)]);
    let good = signed(SIGNED_BLOCK);
    assert_eq!(verdicts_of(&trust, &good), [Verdict::Valid]);
    let mut parts = KeyText::parse(key_of(&good)).unwrap();
    parts.key = two.public_key().id();
    assert_eq!(verdicts_of(&trust, &with_key(&good, parts)), [Verdict::Invalid]);
    // One key under two entries is one id twice, whatever the entries say.
    let twice = vec![entry(VENDOR, &one), entry("Other", &one)];
    let error = Trust::assemble(twice, |_| Ok(one.public_key().to_pem())).unwrap_err();
    assert!(error.message.contains("duplicate"), "{error}");
}

#[test]
fn threat_08_verify_rejects_key_of_other_vendor() {
    let theirs = key(2);
    let trust = store(&[(entry("Other_Vendor", &theirs), &theirs)]);
    let license = License::from_text("test.lic", SIGNED_BLOCK);
    let refused = sign_file(&license, &theirs, &trusted("Other_Vendor", &theirs)).unwrap_err();
    assert!(refused.to_string().contains("VENDOR is `ABC_Software`"), "{refused}");
    // Signed all the same, by a program that does not refuse.
    let digest = Payload::from_block(&license, &license.features[0]).digest();
    let id = theirs.public_key().id();
    let signature = theirs.sign(&message::message(Domain::Feature, id, &digest)).unwrap();
    let forged = with_key(&signed(SIGNED_BLOCK), KeyText { key: id, signature });
    let (verdict, reason) = single_verdict(&trust, &forged);
    assert_eq!(verdict, Verdict::NotForVendor);
    assert!(reason.contains("VENDOR is ABC_Software") && reason.contains("`Other_Vendor`"), "{reason}");
}

fn under(
    change: impl FnOnce(&mut keywright::verify::TrustEntry),
    text: &str,
    mode: Mode,
) -> (Verdict, String) {
    let key = key(1);
    let mut entry = entry(VENDOR, &key);
    change(&mut entry);
    let trust = store(&[(entry, &key)]);
    let revocations = Revocations::default();
    let license = License::from_text("test.lic", text);
    let report = Verifier::new(&trust, &revocations, TODAY, mode).file(&license);
    (report.blocks[0].verdict, report.blocks[0].reason.to_string())
}

#[test]
fn threat_29_verify_checks_key_validity_and_state() {
    use jiff::civil::date;
    let good = signed(SIGNED_BLOCK);
    let silent = signed(&SIGNED_BLOCK.replace("ISSUED=2026-02-01 ", ""));
    let day = date(2026, 2, 1);
    let before = date(2026, 1, 31);
    let prod = Mode::Production;
    assert_eq!(under(|entry| entry.not_after = day, &good, prod).0, Verdict::Valid);
    assert_eq!(under(|entry| entry.not_before = day, &good, prod).0, Verdict::Valid);
    assert_eq!(under(|entry| entry.not_after = before, &good, prod).0, Verdict::Revoked);
    assert_eq!(under(|entry| entry.not_before = date(2026, 2, 2), &good, prod).0, Verdict::Revoked);
    assert_eq!(under(|entry| entry.state = KeyState::Standby, &good, prod).0, Verdict::Valid);
    assert_eq!(under(|entry| entry.state = KeyState::Retired(day), &good, prod).0, Verdict::Valid);
    assert_eq!(under(|entry| entry.state = KeyState::Retired(before), &good, prod).0, Verdict::Revoked);
    assert_eq!(under(|entry| entry.state = KeyState::Retired(day), &silent, prod).0, Verdict::Revoked);
    let (verdict, reason) =
        under(|entry| entry.state = KeyState::Compromised(date(2026, 2, 20)), &good, prod);
    assert_eq!(verdict, Verdict::Revoked);
    assert!(reason.contains("nothing signed with it is accepted"), "{reason}");
    // A changed block is reported as changed first.
    let changed = good.replace("COUNT=5", "COUNT=50");
    assert_eq!(under(|entry| entry.state = KeyState::Compromised(day), &changed, prod).0, Verdict::Invalid);
}

#[test]
fn development_key_is_rejected_in_production() {
    let good = signed(SIGNED_BLOCK);
    let (verdict, reason) = under(|entry| entry.usage = Usage::Development, &good, Mode::Production);
    assert_eq!(verdict, Verdict::UnknownKey);
    assert!(reason.contains("development key"), "{reason}");
    assert_eq!(under(|entry| entry.usage = Usage::Development, &good, Mode::Development).0, Verdict::Valid);
    assert_eq!(under(|_| {}, &good, Mode::Development).0, Verdict::Valid);
}

#[test]
fn threat_29_sign_rejects_dates_outside_key_validity() {
    let key = key(1);
    let license = License::from_text("test.lic", &SIGNED_BLOCK.replace("2026-02-01", "2031-01-01"));
    let refused = sign_file(&license, &key, &trusted(VENDOR, &key)).unwrap_err();
    assert!(refused.to_string().contains("ISSUED=2031-01-01"), "{refused}");
    let mut stolen: TrustedKey = trusted(VENDOR, &key);
    stolen.entry.state = KeyState::Compromised(TODAY);
    let license = License::from_text("test.lic", SIGNED_BLOCK);
    assert!(sign_file(&license, &key, &stolen).is_err());
}

#[test]
fn threat_03_bundle_rejects_weak_key() {
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
    assert!(parse(&twice).unwrap_err().to_string().contains("duplicate"));
}

#[test]
fn threat_07_wrong_key_id_is_rejected() {
    let entry = entry(VENDOR, &key(1));
    let error = Trust::assemble(vec![entry], |_| Ok(key(2).public_key().to_pem())).unwrap_err();
    assert!(error.message.contains("has id"), "{error}");
}
