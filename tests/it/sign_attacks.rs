//! Attacks on signatures, each with the number of its row in the threat model.

use keywright::license::License;
use keywright::sign::{SecretKey, SignError, Signer, SignerFailure, sign_file, sign_payload};
use keywright::verify::{
    Digest, Domain, KeyId, KeyState, KeyText, Mode, Outcome, Payload, PublicKey, PublicKeyError, Revocations,
    Trust, TrustedKey, Usage, Verdict, Verifier, message,
};

use crate::sign::{
    PLAIN, TODAY, VENDOR, entry, key, only, report, signed, store, trusted, usual, verdicts, verdicts_of,
};

const BLOCK: &str = "FEATURE MyDraw { VENDOR=ABC_Software KEYTYPE=ADDITIVE VERSION=1.0 COUNT=5 SN=S-1 ISSUED=2026-02-01 COMMENT=\"as agreed\" }";

fn key_of(text: &str) -> &str {
    let at = text.find("KEY=AQEA").unwrap() + 4;
    &text[at..at + 100]
}

fn with_key(text: &str, parts: KeyText) -> String {
    text.replace(key_of(text), &parts.encode())
}

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

fn point(hex: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap();
    }
    bytes
}

#[test]
fn row_03_weak_public_keys_are_not_taken() {
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
fn row_03_only_the_strict_check_is_called() {
    let mut sources = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut seen = 0;
    while let Some(path) = sources.pop() {
        if path.is_dir() {
            sources.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        // Any call of a method or function whose name begins with `verify` is the strict one, or our own of that name.
        let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let code = code.join("\n");
        for (at, _) in code.match_indices("verify") {
            let called: String =
                code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let is_call = code[at + called.len()..].trim_start().starts_with(['(', ':'])
                && code[..at].trim_end().ends_with(['.', ':'])
                && !code[..at].trim_end().ends_with("::verify");
            let strict = called == "verify_strict";
            seen += usize::from(is_call && strict);
            let ours = ["verify_human", "verify_json", "verify"].contains(&called.as_str())
                && !code[..at].ends_with('.');
            let is_check = called == "verify" || called.starts_with("verify_");
            assert!(!is_check || !is_call || strict || ours, "`{called}` is called in {}", path.display());
        }
        for banned in ["verify_batch", "hazmat", "verify_prehashed", "verify_stream", "raw_verify"] {
            assert!(!text.contains(banned), "{banned} in {}", path.display());
        }
    }
    assert!(seen >= 1);
}

#[test]
fn row_04_malleable_signature() {
    let good = signed(BLOCK);
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
fn row_04_every_flipped_bit_of_a_key_is_refused() {
    use base64::Engine as _;
    let engine = base64::engine::general_purpose::STANDARD;
    let good = signed(BLOCK);
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
fn row_06_no_signature_passes_for_another_kind_of_object() {
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

#[test]
fn row_07_a_key_id_selects_and_never_decides() {
    let (one, two) = (key(1), key(2));
    let trust = store(&[(entry(VENDOR, &one), &one), (entry(VENDOR, &two), &two)]);
    let good = signed(BLOCK);
    assert_eq!(verdicts_of(&trust, &good), [Verdict::Valid]);
    let mut parts = KeyText::parse(key_of(&good)).unwrap();
    parts.key = two.public_key().id();
    assert_eq!(verdicts_of(&trust, &with_key(&good, parts)), [Verdict::Invalid]);
    // One key under two entries is one id twice, whatever the entries say.
    let twice = vec![entry(VENDOR, &one), entry("Other", &one)];
    let error = Trust::assemble(twice, |_| Ok(one.public_key().to_pem())).unwrap_err();
    assert!(error.message.contains("stands twice"), "{error}");
}

#[test]
fn row_08_another_vendors_key_signs_nothing_of_ours() {
    let theirs = key(2);
    let trust = store(&[(entry("Other_Vendor", &theirs), &theirs)]);
    let license = License::from_text("test.lic", BLOCK);
    let refused = sign_file(&license, &theirs, &trusted("Other_Vendor", &theirs)).unwrap_err();
    assert!(refused.to_string().contains("VENDOR is `ABC_Software`"), "{refused}");
    // Signed all the same, by a program that does not refuse.
    let digest = Payload::of(&license, &license.features[0]).digest();
    let id = theirs.public_key().id();
    let signature = theirs.sign(&message::message(Domain::Feature, id, &digest)).unwrap();
    let forged = with_key(&signed(BLOCK), KeyText { key: id, signature });
    let (verdict, reason) = only(&trust, &forged);
    assert_eq!(verdict, Verdict::NotForVendor);
    assert!(reason.contains("VENDOR is ABC_Software") && reason.contains("`Other_Vendor`"), "{reason}");
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
fn row_10_no_unchecked_signature_leaves_the_signer() {
    let key = key(1);
    let license = License::from_text("test.lic", BLOCK);
    let digest = Payload::of(&license, &license.features[0]).digest();
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
fn row_12_every_changed_character_is_noticed() {
    let good = signed(PLAIN);
    let trust = usual();
    let mut tried = 0;
    for (at, c) in good.char_indices() {
        let in_comment = at < good.find('\n').unwrap();
        if c.is_whitespace() || in_comment {
            continue;
        }
        for other in ['0', 'x', 'Z', '_'] {
            if c == other {
                continue;
            }
            let text = format!("{}{other}{}", &good[..at], &good[at + c.len_utf8()..]);
            let found = verdicts_of(&trust, &text);
            let fine = found.len() == 2 && found.iter().all(|verdict| *verdict == Verdict::Valid);
            assert!(!fine, "{other} for {c} at {at}\n{text}");
            tried += 1;
        }
        let text = format!("{}{}", &good[..at], &good[at + c.len_utf8()..]);
        let found = verdicts_of(&trust, &text);
        assert!(found != [Verdict::Valid; 2], "{c} taken out at {at}\n{text}");
    }
    assert!(tried > 1000);
}

#[test]
fn row_13_a_repeated_directive_is_refused() {
    let good = signed(BLOCK);
    for directive in ["VENDOR=ABC_Software", "KEYTYPE=ADDITIVE", "VERSION=1.0", "COUNT=5", "SN=S-1"] {
        for other in [directive.to_owned(), directive.replace('=', "=\"") + "\""] {
            let apart = good.replace("{ ", &format!("{{ {other} "));
            assert_eq!(verdicts(&apart), [Verdict::Malformed], "{apart}");
            let adjacent = good.replace(directive, &format!("{directive} {other}"));
            assert_eq!(verdicts(&adjacent), [Verdict::Malformed], "{adjacent}");
        }
    }
    let twice = good.replace(" }", &format!(" KEY={} }}", key_of(&good)));
    assert_eq!(verdicts(&twice), [Verdict::Malformed]);
}

#[test]
fn row_14_case_is_part_of_what_is_signed() {
    let good = signed(BLOCK);
    for (from, to) in [("MyDraw", "mydraw"), ("ABC_Software", "abc_software"), ("S-1", "s-1")] {
        assert_ne!(verdicts(&good.replace(from, to)), [Verdict::Valid]);
    }
}

#[test]
fn row_16_a_missing_directive_is_noticed() {
    let good = signed(BLOCK);
    for directive in
        ["KEYTYPE=ADDITIVE", "VERSION=1.0", "COUNT=5", "SN=S-1", "ISSUED=2026-02-01", "COMMENT=\"as agreed\""]
    {
        let text = good.replace(directive, "");
        assert_ne!(text, good);
        assert_ne!(verdicts(&text), [Verdict::Valid], "{directive}");
    }
}

#[test]
fn row_17_an_unknown_directive_is_never_ignored() {
    let good = signed(BLOCK);
    let (verdict, _) = only(&usual(), &good.replace("COUNT=5", "COUNT=5 QUOTA=1"));
    assert_eq!(verdict, Verdict::Unsupported);
    assert_eq!(verdict.outcome(), Outcome::Unreadable);
}

#[test]
fn row_21_hidden_text_in_a_comment_is_refused() {
    let good = signed(BLOCK);
    for hidden in ['\r', '\u{c}', '\0', '\u{b}', '\u{1b}', '\u{85}'] {
        let text = good.replace("{ ", &format!("{{ # a{hidden}b\n "));
        assert_ne!(verdicts(&text), [Verdict::Valid], "{hidden:?}");
    }
}

#[test]
fn row_22_blocks_of_two_sets_are_a_mixed_set() {
    let one = signed(BLOCK);
    let trust = usual();
    for other in [
        BLOCK.replace("S-1", "S-2").replace("MyDraw", "Other"),
        BLOCK.replace("MyDraw", "Other").replace("COUNT=5", "COUNT=5 LICENSEE=them"),
    ] {
        let us = signed(&BLOCK.replace("COUNT=5", "COUNT=5 LICENSEE=us"));
        let text = format!("{us}\n{}", signed(&other));
        let license = License::from_text("test.lic", &text);
        let report = report(&trust, &license);
        assert!(report.blocks.iter().all(|block| block.verdict == Verdict::Valid));
        assert_eq!((report.outcome(), report.result()), (Outcome::Policy, "MIXED-SET"), "{text}");
        let reason = report.policy[0].reason.to_string();
        assert!(reason.contains("line 1") && reason.contains("line 2"), "{reason}");
    }
    // Blocks that say nothing of a set fit any, and what is not good proves nothing.
    let silent = signed("FEATURE b { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }");
    let forged = one.replace("S-1", "S-2");
    for (text, outcome) in
        [(format!("{one}\n{silent}"), Outcome::Valid), (format!("{one}\n{forged}"), Outcome::NotValid)]
    {
        let license = License::from_text("test.lic", &text);
        let report = report(&trust, &license);
        assert_eq!((report.outcome(), report.policy.is_empty()), (outcome, true));
    }
}

#[test]
fn row_23_copies_count_once() {
    let good = signed(BLOCK);
    let spaced = good.replace(' ', "\n  ").replace("as\n  agreed", "as agreed");
    let text = [good.as_str(), &spaced, &good.replace('\n', "\r\n"), "# again\n", &good].join("\n");
    let license = License::from_text("test.lic", &text);
    let trust = usual();
    let report = report(&trust, &license);
    assert_eq!(report.blocks.len(), 4);
    assert_eq!(report.outcome(), Outcome::Valid);
    assert_eq!(report.verified().count(), 1);
    assert_eq!(report.blocks.iter().filter(|block| block.duplicate.is_some()).count(), 3);
    assert!(
        report.blocks[1].reason.to_string().contains("duplicate of the block in line 1"),
        "{}",
        report.blocks[1].reason
    );
}

#[test]
fn row_24_a_withdrawn_block_is_not_valid() {
    let good = signed(BLOCK);
    let license = License::from_text("test.lic", &good);
    let digest = Payload::of(&license, &license.features[0]).digest();
    let id = key(1).public_key().id();
    let mut lists =
        [Revocations::default(), Revocations::default(), Revocations::default(), Revocations::default()];
    let ours = |list: &mut Revocations| list.vendors.entry(VENDOR.to_owned()).or_default().clone();
    let mut withdrawn = lists.each_mut().map(ours);
    withdrawn[0].digests.insert(digest, "replaced".to_owned());
    withdrawn[1].sns.insert("S-1".to_owned(), "refunded".to_owned());
    withdrawn[2].key_ids.insert(id, "key lost".to_owned());
    withdrawn[3].sns.insert("S-1".to_owned(), "another vendor's".to_owned());
    withdrawn[3].digests.insert(digest, "another vendor's".to_owned());
    for ((list, withdrawn), vendor) in lists.iter_mut().zip(withdrawn).zip([VENDOR, VENDOR, VENDOR, "Other"])
    {
        list.vendors = [(vendor.to_owned(), withdrawn)].into();
    }
    let trust = usual();
    let found = lists.map(|revocations| {
        let verifier = Verifier::new(&trust, &revocations, TODAY, Mode::Production);
        let report = verifier.file(&license);
        (report.blocks[0].verdict, report.blocks[0].reason.to_string())
    });
    assert_eq!(found[0].0, Verdict::Revoked);
    assert!(
        found[0].1.contains("replaced") && found[1].1.contains("refunded") && found[2].1.contains("key lost")
    );
    assert_eq!((found[1].0, found[2].0, found[3].0), (Verdict::Revoked, Verdict::Revoked, Verdict::Valid));
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
fn row_29_what_a_key_may_sign_ends_with_its_time_and_state() {
    use jiff::civil::date;
    let good = signed(BLOCK);
    let silent = signed(&BLOCK.replace("ISSUED=2026-02-01 ", ""));
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
    // A block that was changed is told as such first.
    let changed = good.replace("COUNT=5", "COUNT=50");
    assert_eq!(under(|entry| entry.state = KeyState::Compromised(day), &changed, prod).0, Verdict::Invalid);
}

#[test]
fn a_development_key_never_validates_in_production() {
    let good = signed(BLOCK);
    let (verdict, reason) = under(|entry| entry.usage = Usage::Development, &good, Mode::Production);
    assert_eq!(verdict, Verdict::UnknownKey);
    assert!(reason.contains("development key"), "{reason}");
    assert_eq!(under(|entry| entry.usage = Usage::Development, &good, Mode::Development).0, Verdict::Valid);
    assert_eq!(under(|_| {}, &good, Mode::Development).0, Verdict::Valid);
}

#[test]
fn row_29_a_key_signs_nothing_out_of_its_time() {
    let key = key(1);
    let license = License::from_text("test.lic", &BLOCK.replace("2026-02-01", "2031-01-01"));
    let refused = sign_file(&license, &key, &trusted(VENDOR, &key)).unwrap_err();
    assert!(refused.to_string().contains("ISSUED=2031-01-01"), "{refused}");
    let mut stolen: TrustedKey = trusted(VENDOR, &key);
    stolen.entry.state = KeyState::Compromised(TODAY);
    let license = License::from_text("test.lic", BLOCK);
    assert!(sign_file(&license, &key, &stolen).is_err());
}

#[test]
fn row_48_nothing_signed_is_never_success() {
    for text in [
        "",
        "\u{feff}",
        "# comments only\n",
        "\n\n",
        "FEATURE",
        "FEATURE a { }",
        "nonsense",
        "FEATURE a { VENDOR=b }",
    ] {
        let license = License::from_text("test.lic", text);
        for trust in [usual(), Trust::default()] {
            let report = report(&trust, &license);
            assert!(report.outcome() >= Outcome::NotValid, "{text:?}");
            assert_ne!(report.result(), "VALID");
            assert_eq!(report.verified().count(), 0);
        }
    }
    let good = signed(BLOCK);
    let license = License::from_text("test.lic", &good);
    assert_eq!(report(&Trust::default(), &license).outcome(), Outcome::NotValid);
    let key: SecretKey = key(1);
    let empty = License::from_text("test.lic", "# nothing\n");
    assert!(sign_file(&empty, &key, &trusted(VENDOR, &key)).is_err());
    assert_eq!(
        KeyId::parse("0d5490aa0ce407b6").map(|id| id.to_string()).as_deref(),
        Some("0d5490aa0ce407b6")
    );
}

#[test]
fn text_that_cannot_be_decoded_is_never_passed_over() {
    use keywright::source::{FileId, SourceFile};
    let good = signed(BLOCK);
    for tail in [&b"\xff"[..], b"\n\xff FEATURE b {", b"\n# \xe4"] {
        let bytes = [good.as_bytes(), tail].concat();
        let license = License::read(SourceFile::from_bytes(FileId::default(), "test.lic", bytes));
        assert_eq!(report(&usual(), &license).outcome(), Outcome::Unreadable);
    }
    let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let license = License::read(SourceFile::from_bytes(FileId::default(), "test.lic", wide));
    assert_eq!(report(&usual(), &license).outcome(), Outcome::Unreadable);
}

#[test]
fn many_wrong_blocks_cost_no_square() {
    let good = signed(BLOCK);
    let key_text = key_of(&good);
    let text: String = (0..3000)
        .map(|n| format!("FEATURE F{n} {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 KEY={key_text} }}\n"))
        .collect();
    let found = verdicts(&text);
    assert_eq!(found.len(), 3000);
    assert!(found.iter().all(|verdict| *verdict == Verdict::Invalid));
}
