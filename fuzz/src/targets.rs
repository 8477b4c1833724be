//! The fuzz targets as plain functions, so that tests can replay the corpus.
//!
//! A target fails if it panics, takes too long, or violates one of its assertions.

use std::sync::Arc;

use keywright::convert::{Format, Input, Options, convert};
use keywright::license::{self, License};
use keywright::report::escape::escape;
use keywright::scenario;
use keywright::sign::{LastSeen, RevocationList, SecretKey, TrustBundle, parse_secret_key, parse_trust_list};
use keywright::source::{FileId, SourceFile};
use keywright::syntax::parse_by_grammar;
use keywright::verify::{
    Digest, Domain, KeyText, Mode, Outcome, Payload, Revocations, SignedList, Trust, Verdict, Verifier,
};

/// A target: its name, which is also its corpus directory, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("license", license),
    ("plain", plain),
    ("key", key),
    ("trust_list", trust_list),
    ("revocation_list", revocation_list),
    ("trust_bundle", trust_bundle),
    ("key_file", key_file),
    ("scenario", scenario),
    ("round_trip", round_trip),
    ("flexnet", flexnet),
    ("rlm", rlm),
    ("xmllicgen", xmllicgen),
];

fn read(data: &[u8]) -> License {
    License::parse(SourceFile::from_bytes(FileId::default(), "fuzz.lic", data.to_vec()))
}

fn day() -> jiff::civil::Date {
    jiff::civil::date(2026, 3, 1)
}

/// The plain path of the parser and the grammar read a text alike.
pub fn plain(data: &[u8]) {
    let tree = read(data).tree;
    let grammar = parse_by_grammar(Arc::clone(tree.source()));
    assert_eq!((tree.items(), tree.errors()), (grammar.items(), grammar.errors()));
}

/// Reads and verifies a license file. Without a trusted key, no block is valid, and all messages can be displayed.
pub fn license(data: &[u8]) {
    let license = read(data);
    let (trust, revocations) = (Trust::default(), Revocations::default());
    let report = Verifier::new(&trust, &revocations, day(), Mode::Development).file(&license);
    assert!(report.outcome() >= Outcome::NotValid);
    for block in &report.blocks {
        assert!(!block.verdict.is_signature_good() && block.verified.is_none());
        let reason = block.reason.to_string();
        for text in [block.feature.as_deref(), block.vendor.as_deref(), Some(&*reason)].into_iter().flatten()
        {
            assert!(!escape(text).chars().any(char::is_control));
        }
    }
    for feature in &license.features {
        let payload = Payload::from_block(&license, feature);
        // The payload of a sound block can be decoded. There is no such guarantee for other blocks.
        assert!(!feature.is_sound() || Payload::decode(payload.as_bytes()).is_some());
    }
}

/// A KEY that can be parsed is written in the same way.
pub fn key(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(key) = KeyText::parse(text)
    {
        assert_eq!(key.encode(), text);
    }
}

/// Trust lists and the record of lists seen before.
pub fn trust_list(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(entries) = parse_trust_list(text) {
        let again: String = entries.iter().map(keywright::sign::format_entry).collect();
        let head = if entries.is_empty() { "version: 1\nkeys: []\n" } else { "version: 1\nkeys:\n" };
        let again = parse_trust_list(&format!("{head}{again}")).expect("written text can be read");
        assert_eq!(again.len(), entries.len());
    }
    if let Ok(seen) = LastSeen::parse(text) {
        assert_eq!(LastSeen::parse(&seen.text()).expect("written text can be read"), seen);
    }
}

/// A revocation list: its seal, and its body as if signed.
pub fn revocation_list(data: &[u8]) {
    assert!(RevocationList::verify(data, &Trust::default(), Mode::Development).is_err());
    let _ = SignedList::split(data, Domain::Revocation);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let digest = Digest::of(b"");
    if let Ok(list) = RevocationList::parse(text, digest) {
        assert_eq!(RevocationList::parse(&list.body(), digest).expect("written text can be read"), list);
    }
}

/// A trust bundle: its seal, and its body as if signed.
pub fn trust_bundle(data: &[u8]) {
    assert!(TrustBundle::verify(data, &Trust::default()).is_err());
    let _ = SignedList::split(data, Domain::Trust);
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(bundle) = TrustBundle::parse(text, Digest::of(b"")) {
        let again = TrustBundle::parse(&bundle.body(), Digest::of(b"")).expect("written text can be read");
        assert_eq!(again.body(), bundle.body());
    }
}

/// A key file without its passphrase, which must not cause any key derivation.
pub fn key_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match parse_secret_key(text, None) {
        Ok(_) => assert!(text.contains("PRIVATE KEY")),
        Err(error) => assert!(error.to_string().len() < 1000),
    }
}

/// Reads a scenario file.
pub fn scenario(data: &[u8]) {
    let source = SourceFile::from_bytes(FileId::default(), "fuzz.yaml", data.to_vec());
    if let Err(found) = scenario::parse(&source) {
        assert!(!found.is_empty());
    }
}

/// Formatting keeps the content of a license and is idempotent. A license that can be signed is valid afterwards, also after
/// formatting.
pub fn round_trip(data: &[u8]) {
    let license = read(data);
    let Ok(text) = license::format(&license.tree) else { return };
    let again = License::from_text("fuzz.lic", &text);
    let digests = |license: &License| -> Vec<Digest> {
        license.features.iter().map(|feature| Payload::from_block(license, feature).digest()).collect()
    };
    assert_eq!(digests(&license), digests(&again));
    assert_eq!(license::format(&again.tree).as_deref(), Ok(text.as_str()));
    let key = SecretKey::from_seed(&[7; 32]);
    let trusted = trusted(&key);
    if let Ok(signed) = keywright::sign::sign_file(&license, &key, &trusted) {
        let (trust, revocations) = (Trust::from_key(trusted), Revocations::default());
        let verifier = Verifier::new(&trust, &revocations, day(), Mode::Production);
        for text in [
            license::format(&License::from_text("fuzz.lic", &signed.text).tree).unwrap_or_default(),
            signed.text,
        ] {
            let license = License::from_text("fuzz.lic", &text);
            let report = verifier.file(&license);
            let good = |verdict: Verdict| verdict.is_signature_good();
            assert!(
                !report.blocks.is_empty() && report.blocks.iter().all(|block| good(block.verdict)),
                "{text}"
            );
        }
    }
}

fn trusted(key: &SecretKey) -> keywright::verify::TrustedKey {
    let entry = keywright::verify::TrustEntry {
        vendor: "ABC_Software".to_owned(),
        id: key.public_key().id(),
        file: String::new(),
        usage: keywright::verify::Usage::Production,
        not_before: jiff::civil::date(1, 1, 1),
        not_after: jiff::civil::date(9999, 12, 31),
        state: keywright::verify::KeyState::Active,
        lists: None,
        line: 1,
    };
    keywright::verify::TrustedKey { entry, key: *key.public_key() }
}

/// Converts a file of another license manager. What is written is a license without errors, in canonical layout, and all
/// messages can be displayed.
fn converted(format: Format, data: &[u8]) {
    let input = Input::new(FileId::default(), "fuzz", data.to_vec());
    let losses = keywright::convert::LOSSES.to_vec();
    for accept in [Vec::new(), losses] {
        let options =
            Options { from: Some(format), vendor: Some("ABC".to_owned()), accept, ..Options::at(day()) };
        let conversion = convert(std::slice::from_ref(&input), &options);
        for found in conversion.report.found() {
            assert!(!escape(&found.source).chars().any(char::is_control));
            let end = found.place.span.end as usize;
            assert!(end <= input.source.text().len(), "{found:?}");
        }
        assert!(conversion.license.is_none() || !conversion.report.refuses());
        if let Some(text) = &conversion.license {
            let license = License::from_text("fuzz.lic", text.as_str());
            assert!(!license.has_errors(), "{text}");
            assert_eq!(license::format(&license.tree).as_deref(), Ok(text.as_str()));
        }
    }
}

/// A license file of FlexNet.
pub fn flexnet(data: &[u8]) {
    converted(Format::FlexNet, data);
}

/// A license file of RLM.
pub fn rlm(data: &[u8]) {
    converted(Format::Rlm, data);
}

/// An XML template of LM-X's generator.
pub fn xmllicgen(data: &[u8]) {
    converted(Format::Xmllicgen, data);
}
