//! TODO

use std::collections::BTreeMap;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as B, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity as _;
use keywright::license::License;
use keywright::verify::message::message;
use keywright::verify::{
    Digest, Domain, KeyId, KeyText, Payload, PublicKey, PublicKeyError, Trust, TrustEntry, TrustError,
    Verdict,
};
use sha2::{Digest as _, Sha512};

use crate::sign::{VENDOR, default_trust, entry, key, single_verdict};

/// The order of the base point, little endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// What a point is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A multiple of the base point.
    Prime,
    /// A multiple of the base point, and a point of small order.
    Mixed,
    /// A point of small order.
    Small,
    /// A point of small order in another encoding than its own.
    Other,
}

/// An encoded point whose discrete logarithm is known: `log * B + torsion`.
#[derive(Clone, Copy)]
struct Encoded {
    bytes: [u8; 32],
    log: Scalar,
    point: EdwardsPoint,
    kind: Kind,
}

impl Encoded {
    fn new(log: Scalar, torsion: EdwardsPoint, kind: Kind) -> Self {
        let point = log * B + torsion;
        Self { bytes: point.compress().to_bytes(), log, point, kind }
    }

    /// A multiple of the base point, if the number is not zero.
    fn prime(log: u64) -> Self {
        Self::new(Scalar::from(log), EIGHT_TORSION[0], Kind::Prime)
    }

    /// Its one canonical encoding.
    fn canonical(&self) -> [u8; 32] {
        self.point.compress().to_bytes()
    }
}

/// The bytes of `2^255 - 19 + more`, with the sign bit.
fn beyond_field(more: i8, sign: bool) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed_u8.wrapping_add_signed(more);
    bytes[31] = if sign { 0xff } else { 0x7f };
    bytes
}

/// Points of small order in encodings that are not theirs: y of p or more, and a sign bit where x is 0.
fn other_encodings() -> Vec<Encoded> {
    let mut one = [0; 32];
    (one[0], one[31]) = (1, 0x80);
    let of =
        |bytes: [u8; 32], point: EdwardsPoint| Encoded { bytes, log: Scalar::ZERO, point, kind: Kind::Other };
    let zero_y = |sign: u8| {
        let found = EIGHT_TORSION.iter().find(|point| {
            let bytes = point.compress().to_bytes();
            bytes[..31] == [0; 31] && bytes[31] == sign
        });
        *found.unwrap()
    };
    vec![
        of(beyond_field(0, false), zero_y(0)),
        of(beyond_field(0, true), zero_y(0x80)),
        of(beyond_field(1, false), EIGHT_TORSION[0]),
        of(beyond_field(1, true), EIGHT_TORSION[0]),
        of(one, EIGHT_TORSION[0]),
        of(beyond_field(-1, true), EIGHT_TORSION[4]),
    ]
}

/// A point of each kind: 1 of prime order, 7 mixed, 8 of small order, 6 in another encoding.
fn points(log: u64) -> Vec<Encoded> {
    let mixed =
        EIGHT_TORSION[1..].iter().map(|torsion| Encoded::new(Scalar::from(log), *torsion, Kind::Mixed));
    let small = EIGHT_TORSION.iter().map(|torsion| Encoded::new(Scalar::ZERO, *torsion, Kind::Small));
    std::iter::once(Encoded::prime(log)).chain(mixed).chain(small).chain(other_encodings()).collect()
}

/// A block that differs by its number, and the digest of its payload.
fn block(number: u32) -> (String, Digest) {
    let text = format!("FEATURE Edge {{ VENDOR={VENDOR} KEYTYPE=ADDITIVE COUNT={number} }}\n");
    let license = License::from_text("edge.lic", &text);
    (text.clone(), Payload::from_block(&license, &license.features[0]).digest())
}

/// A signature over the payload of a block, and which equations it satisfies.
struct Vector {
    key: Encoded,
    signature: [u8; 64],
    text: String,
    /// `S B = R + k A`, without the cofactor.
    exact: bool,
}

/// The bytes that are hashed for k: as they are, or encoded again.
fn hashed(nonce: [u8; 32], key: [u8; 32], message: &[u8]) -> Scalar {
    let mut hash = Sha512::new();
    hash.update(nonce);
    hash.update(key);
    hash.update(message);
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// Signs a block so that the equation with the cofactor is true. `again` hashes the canonical encodings.
fn vector(key: Encoded, nonce: Encoded, (text, digest): &(String, Digest), again: bool) -> Vector {
    let message = message(Domain::Feature, KeyId::of(&key.bytes), digest);
    let k = if again {
        hashed(nonce.canonical(), key.canonical(), &message)
    } else {
        hashed(nonce.bytes, key.bytes, &message)
    };
    let s = nonce.log + k * key.log;
    let rest = s * B - nonce.point - k * key.point;
    assert!(rest.mul_by_cofactor().is_identity());
    let signature = [nonce.bytes, s.to_bytes()].concat().try_into().unwrap();
    Vector { key, signature, text: text.clone(), exact: rest.is_identity() }
}

/// The license with a signature in its KEY.
fn license(text: &str, key: &Encoded, signature: [u8; 64]) -> String {
    let key = KeyText { key: KeyId::of(&key.bytes), signature }.encode();
    text.replace(" }", &format!(" KEY=\"{key}\" }}"))
}

fn pem(bytes: &[u8; 32]) -> String {
    use base64::Engine as _;
    let head = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let body = base64::engine::general_purpose::STANDARD.encode([&head[..], bytes].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

/// A trust store with a key, if it takes it.
fn store(bytes: &[u8; 32]) -> Result<Trust, TrustError> {
    let entry = TrustEntry { id: KeyId::of(bytes), ..entry(VENDOR, &key(1)) };
    Trust::assemble(vec![entry], |_| Ok(pem(bytes)))
}

/// The result of a vector.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Serviceability {
    /// No store takes the key, and without it the block is UNKNOWN-KEY.
    KeyRefused(String),
    Verdict(String),
}

/// Sends a vector through the path that verifies licenses, by a store with its key if that can be.
fn fate(key: &Encoded, signature: [u8; 64], text: &str) -> Serviceability {
    let text = license(text, key, signature);
    match store(&key.bytes) {
        Ok(trust) => Serviceability::Verdict(single_verdict(&trust, &text).0.as_str().to_owned()),
        Err(_) => {
            let error = PublicKey::from_bytes(&key.bytes).unwrap_err();
            assert_eq!(PublicKey::from_pem(&pem(&key.bytes)).unwrap_err(), error);
            assert_eq!(single_verdict(&default_trust(), &text).0, Verdict::UnknownKey);
            Serviceability::KeyRefused(format!("{error:?}"))
        }
    }
}

#[test]
fn threat_04_edge_case_keys_and_nonces_verify_only_strictly() {
    let blocks: Vec<(String, Digest)> = (1..=128).map(block).collect();
    let (keys, nonces) = (points(0x5eed_0001), points(0x5eed_0002));
    let mut fates: BTreeMap<(Serviceability, Kind), usize> = BTreeMap::new();
    let (mut all, mut exact) = (0, 0);
    for key in &keys {
        for nonce in &nonces {
            let other = key.kind == Kind::Other || nonce.kind == Kind::Other;
            for again in if other { &[false, true][..] } else { &[false] } {
                for wanted in [true, false] {
                    let vectors = blocks.iter().map(|block| vector(*key, *nonce, block, *again));
                    // Not every pair has both: without torsion the two equations are one.
                    let Some(vector) = vectors.into_iter().find(|vector| vector.exact == wanted) else {
                        continue;
                    };
                    let fate = fate(&vector.key, vector.signature, &vector.text);
                    let strict = key.kind == Kind::Prime && nonce.kind == Kind::Prime && vector.exact;
                    assert_eq!(
                        fate == Serviceability::Verdict("VALID".to_owned()),
                        strict,
                        "{:?} {:?}",
                        key.kind,
                        nonce.kind
                    );
                    all += 1;
                    exact += usize::from(vector.exact);
                    *fates.entry((fate, key.kind)).or_default() += 1;
                }
            }
        }
    }
    let shown: Vec<String> = fates.iter().map(|((fate, kind), n)| format!("{kind:?} {fate:?} {n}")).collect();
    assert_eq!(
        shown,
        [
            "Other KeyRefused(\"NotCanonical\") 336",
            "Small KeyRefused(\"SmallOrder\") 388",
            "Mixed KeyRefused(\"Torsion\") 360",
            "Prime Verdict(\"INVALID\") 27",
            "Prime Verdict(\"VALID\") 1",
        ]
    );
    assert_eq!((all, exact), (1112, 446));
}

#[test]
fn threat_03_store_rejects_small_order_torsion_and_non_canonical_keys() {
    let mut errors: BTreeMap<String, usize> = BTreeMap::new();
    let mut refuse = |bytes: [u8; 32]| {
        let error = PublicKey::from_bytes(&bytes).unwrap_err();
        assert!(store(&bytes).is_err());
        *errors.entry(format!("{error:?}")).or_default() += 1;
        error
    };
    for point in points(0x5eed_0003).iter().filter(|point| point.kind != Kind::Prime) {
        let error = refuse(point.bytes);
        let expected = match point.kind {
            Kind::Mixed => PublicKeyError::Torsion,
            Kind::Small => PublicKeyError::SmallOrder,
            _ => PublicKeyError::NotCanonical,
        };
        assert_eq!(error, expected);
    }
    // All 19 values of y from p to 2^255 - 1, with both signs: on the curve or not.
    for more in 0..19 {
        for sign in [false, true] {
            refuse(beyond_field(more, sign));
        }
    }
    refuse([0; 32]);
    refuse([0xff; 32]);
    let shown: Vec<String> = errors.iter().map(|(error, n)| format!("{error} {n}")).collect();
    assert_eq!(shown, ["NotAPoint 14", "NotCanonical 31", "SmallOrder 9", "Torsion 7"]);
}

/// Finds a block whose vector has a property.
fn find(key: Encoded, nonce: Encoded, again: bool, wanted: impl Fn(&Vector) -> bool) -> Vector {
    (1..=128).map(|n| vector(key, nonce, &block(n), again)).find(wanted).unwrap()
}

/// S and a multiple of the order, if it has 256 bits.
fn plus_order(signature: [u8; 64], times: u16) -> Option<[u8; 64]> {
    let mut out = signature;
    let mut carry = 0;
    for (byte, order) in out[32..].iter_mut().zip(ORDER) {
        let sum = u32::from(*byte) + u32::from(order) * u32::from(times) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    (carry == 0).then_some(out)
}

#[test]
fn threat_04_verify_rejects_all_twelve_speccheck_kinds() {
    let (a, r) = (0x5eed_0004, 0x5eed_0005);
    let mixed = |log: u64| Encoded::new(Scalar::from(log), EIGHT_TORSION[1], Kind::Mixed);
    let small = Encoded::new(Scalar::ZERO, EIGHT_TORSION[1], Kind::Small);
    let other = other_encodings()[0];
    let any = |_: &Vector| true;
    let exact = |vector: &Vector| vector.exact;
    let cofactored = |vector: &Vector| !vector.exact;
    let prime = || find(Encoded::prime(a), Encoded::prime(r), false, any);
    let with = |vector: Vector, signature: [u8; 64]| Vector { signature, ..vector };
    // 8 k, reduced, times A is not 8 times k A: the order of A is not the order that reduces.
    let reduced = |vector: &Vector| {
        let license = License::from_text("edge.lic", &vector.text);
        let digest = Payload::from_block(&license, &license.features[0]).digest();
        let message = message(Domain::Feature, KeyId::of(&vector.key.bytes), &digest);
        let nonce: [u8; 32] = vector.signature[..32].try_into().unwrap();
        let k = hashed(nonce, vector.key.bytes, &message);
        let early = (Scalar::from(8_u8) * k) * vector.key.point;
        !vector.exact && early != (k * vector.key.point).mul_by_cofactor()
    };
    let refused = |error: PublicKeyError| Serviceability::KeyRefused(format!("{error:?}"));
    let invalid = || Serviceability::Verdict("INVALID".to_owned());
    let (torsion, weak, encoding) =
        (PublicKeyError::Torsion, PublicKeyError::SmallOrder, PublicKeyError::NotCanonical);
    let above = plus_order(prime().signature, 1).unwrap();
    let far_above = plus_order(prime().signature, 15).unwrap();
    let cases = [
        ("0 small A, small R, S = 0", find(small, small, false, exact), refused(weak)),
        ("1 small A, mixed R", find(small, mixed(r), false, any), refused(weak)),
        ("2 mixed A, small R", find(mixed(a), small, false, any), refused(torsion)),
        ("3 mixed A, mixed R, both equations", find(mixed(a), mixed(r), false, exact), refused(torsion)),
        ("4 mixed A, mixed R, cofactored", find(mixed(a), mixed(r), false, cofactored), refused(torsion)),
        (
            "5 cofactored, k reduced after times 8",
            find(mixed(a), Encoded::prime(r), false, reduced),
            refused(torsion),
        ),
        ("6 S above the order", with(prime(), above), invalid()),
        ("7 S far above the order", with(prime(), far_above), invalid()),
        ("8 R in another encoding", find(Encoded::prime(a), other, false, any), invalid()),
        (
            "9 R in another encoding, hashed as canonical",
            find(Encoded::prime(a), other, true, any),
            invalid(),
        ),
        ("10 A in another encoding", find(other, Encoded::prime(r), false, any), refused(encoding)),
        (
            "11 A in another encoding, hashed as canonical",
            find(other, Encoded::prime(r), true, any),
            refused(encoding),
        ),
    ];
    assert_eq!(cases.len(), 12);
    for (name, vector, expected) in cases {
        assert_eq!(fate(&vector.key, vector.signature, &vector.text), expected, "{name}");
    }
    let good = prime();
    assert_eq!(fate(&good.key, good.signature, &good.text), Serviceability::Verdict("VALID".to_owned()));
}

#[test]
fn threat_04_verify_rejects_other_s_or_r() {
    let good = find(Encoded::prime(0x5eed_0006), Encoded::prime(0x5eed_0007), false, |_| true);
    let mut forged: Vec<(String, [u8; 64])> = Vec::new();
    let mut push = |name: &str, change: &dyn Fn(&mut [u8; 64])| {
        let mut signature = good.signature;
        change(&mut signature);
        forged.push((name.to_owned(), signature));
    };
    for bit in 252..256 {
        push(&format!("S with bit {bit}"), &|bytes| bytes[32 + bit / 8] ^= 1 << (bit % 8));
    }
    push("S = 0", &|bytes| bytes[32..].fill(0));
    push("S = the order", &|bytes| bytes[32..].copy_from_slice(&ORDER));
    push("S of ones", &|bytes| bytes[32..].fill(0xff));
    push("-S", &|bytes| {
        let s: [u8; 32] = bytes[32..].try_into().unwrap();
        bytes[32..].copy_from_slice(&(-Scalar::from_canonical_bytes(s).unwrap()).to_bytes());
    });
    push("R = 0", &|bytes| bytes[..32].fill(0));
    push("R = identity", &|bytes| bytes[..32].copy_from_slice(&EIGHT_TORSION[0].compress().to_bytes()));
    push("-R", &|bytes| bytes[31] ^= 0x80);
    push("R of ones", &|bytes| bytes[..32].fill(0xff));
    push("R = A", &|bytes| bytes[..32].copy_from_slice(&good.key.bytes));
    push("all zero", &|bytes| bytes.fill(0));
    push("all ones", &|bytes| bytes.fill(0xff));
    for torsion in &EIGHT_TORSION[1..] {
        push("R with torsion", &|bytes| {
            let point = Scalar::from(0x5eed_0007_u64) * B + torsion;
            bytes[..32].copy_from_slice(&point.compress().to_bytes());
        });
    }
    for times in 1..16 {
        forged.extend(
            plus_order(good.signature, times).map(|signature| (format!("S + {times} orders"), signature)),
        );
    }
    assert_eq!(forged.len(), 37);
    for (name, signature) in forged {
        assert_eq!(
            fate(&good.key, signature, &good.text),
            Serviceability::Verdict("INVALID".to_owned()),
            "{name}"
        );
    }
    assert_eq!(fate(&good.key, good.signature, &good.text), Serviceability::Verdict("VALID".to_owned()));
}
