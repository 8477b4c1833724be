//! Signing and verifying of files: permitted and forbidden changes by customers.

use jiff::civil::{Date, date};
use keywright::license::License;
use keywright::sign::{SecretKey, sign_file};
use keywright::verify::{
    FileReport, KeyState, Mode, Outcome, Revocations, Trust, TrustEntry, TrustedKey, Usage, Verdict, Verifier,
};

/// The vendor in most tests.
pub(crate) const VENDOR: &str = "ABC_Software";

/// Two blocks with everything that the layout affects: quotes, spaces, repeated directives, free text.
pub(crate) const PLAIN: &str = "\
# Issued to a test.
FEATURE MySolutions
{
  VENDOR=ABC_Software KEYTYPE=EXCLUSIVE VERSION=1.10 COUNT=20
  LICENSEE=\"Bäckerei Çelik & Söhne\" ISSUED=2026-01-15
  START=2026-01-01 END=2027-12-31
}
FEATURE MyDraw
{
  VENDOR=ABC_Software KEYTYPE=TOKEN VERSION=1.0
  TOKEN_DEPENDENCY=\"FEATURE=MySolutions VERSION=1.0 COUNT=5\"
}
";

/// Returns a fixed key. Its secret seed is the byte `seed` 31 times, then 1.
pub(crate) fn key(seed: u8) -> SecretKey {
    let mut bytes = [seed; 32];
    bytes[31] = 1;
    SecretKey::from_seed(&bytes)
}

pub(crate) fn entry(vendor: &str, key: &SecretKey) -> TrustEntry {
    TrustEntry {
        vendor: vendor.to_owned(),
        id: key.public_key().id(),
        file: format!("{}.pub.pem", key.public_key().id()),
        usage: Usage::Production,
        not_before: date(2026, 1, 1),
        not_after: date(2030, 12, 31),
        state: KeyState::Active,
        lists: None,
        line: 1,
    }
}

pub(crate) fn trusted(vendor: &str, key: &SecretKey) -> TrustedKey {
    TrustedKey { entry: entry(vendor, key), key: *key.public_key() }
}

pub(crate) fn store(entries: &[(TrustEntry, &SecretKey)]) -> Trust {
    let entries_only = entries.iter().map(|(entry, _)| entry.clone()).collect();
    let mut keys = entries.iter().map(|(_, key)| key.public_key().to_pem());
    Trust::assemble(entries_only, |_| Ok(keys.next().unwrap())).unwrap()
}

/// Returns the trust store of most tests: [`VENDOR`] with key 1.
pub(crate) fn default_trust() -> Trust {
    let key = key(1);
    store(&[(entry(VENDOR, &key), &key)])
}

pub(crate) fn signed(text: &str) -> String {
    let key = key(1);
    let license = License::from_text("test.lic", text);
    match sign_file(&license, &key, &trusted(VENDOR, &key)) {
        Ok(signed) => signed.text,
        Err(error) => panic!("{error}\n{text}\n{:?}", license.diagnostics),
    }
}

/// The verification date of most tests.
pub(crate) const TODAY: Date = date(2026, 3, 1);

pub(crate) fn report<'l>(trust: &Trust, license: &'l License) -> FileReport<'l> {
    let revocations = Revocations::default();
    Verifier::new(trust, &revocations, TODAY, Mode::Production).file(license)
}

pub(crate) fn verdicts_of(trust: &Trust, text: &str) -> Vec<Verdict> {
    let license = License::from_text("test.lic", text);
    report(trust, &license).blocks.iter().map(|block| block.verdict).collect()
}

pub(crate) fn verdicts(text: &str) -> Vec<Verdict> {
    verdicts_of(&default_trust(), text)
}

/// Returns verdict and reason of the only block.
pub(crate) fn single_verdict(trust: &Trust, text: &str) -> (Verdict, String) {
    let license = License::from_text("test.lic", text);
    let report = report(trust, &license);
    assert_eq!(report.blocks.len(), 1, "{text}");
    (report.blocks[0].verdict, report.blocks[0].reason.to_string())
}

pub(crate) const VALID: Verdict = Verdict::Valid;

#[test]
fn sign_changes_only_key_values() {
    let text = signed(PLAIN);
    assert_eq!(verdicts(&text), [VALID, VALID]);
    let without: String =
        text.split_inclusive('\n').filter(|line| !line.trim_start().starts_with("KEY=")).collect();
    assert_eq!(without, PLAIN);
    assert_eq!(text.matches("\n  KEY=").count(), 2);
}

#[test]
fn signing_twice_gives_same_bytes() {
    let text = signed(PLAIN);
    assert_eq!(signed(&text), text);
}

#[test]
fn sign_places_key_by_block_layout() {
    for (before, after) in [
        ("FEATURE a { VENDOR=ABC_Software }", "FEATURE a { VENDOR=ABC_Software KEY=… }"),
        ("FEATURE a {VENDOR=ABC_Software}", "FEATURE a {VENDOR=ABC_Software KEY=… }"),
        ("FEATURE a\n{\n\tVENDOR=ABC_Software\n}", "FEATURE a\n{\n\tVENDOR=ABC_Software\n\tKEY=…\n}"),
        (
            "FEATURE a\r\n{\r\n  VENDOR=ABC_Software\r\n}\r\n",
            "FEATURE a\r\n{\r\n  VENDOR=ABC_Software\r\n  KEY=…\r\n}\r\n",
        ),
        (
            "  FEATURE a {\n    VENDOR=ABC_Software # who\n    # end\n  }",
            "  FEATURE a {\n    VENDOR=ABC_Software # who\n    # end\n    KEY=…\n  }",
        ),
        ("FEATURE a { VENDOR=ABC_Software\n}", "FEATURE a { VENDOR=ABC_Software\n  KEY=…\n}"),
        ("FEATURE a {\nVENDOR=ABC_Software }", "FEATURE a {\nVENDOR=ABC_Software KEY=… }"),
        ("FEATURE a { KEY=AQE… VENDOR=ABC_Software }", "FEATURE a { KEY=… VENDOR=ABC_Software }"),
        ("FEATURE a { KEY=\"x y\" VENDOR=ABC_Software }", "FEATURE a { KEY=… VENDOR=ABC_Software }"),
        ("FEATURE a { KEY = AQEAB... VENDOR=ABC_Software }", "FEATURE a { KEY = … VENDOR=ABC_Software }"),
        ("\u{feff}FEATURE a { VENDOR=ABC_Software }", "\u{feff}FEATURE a { VENDOR=ABC_Software KEY=… }"),
    ] {
        let text = signed(before);
        assert_eq!(verdicts(&text), [VALID], "{text}");
        let start = text.find("AQEA").unwrap();
        assert_eq!(format!("{}…{}", &text[..start], &text[start + 100..]), after);
    }
}

#[test]
fn permitted_customer_changes_stay_valid() {
    let good = signed(PLAIN);
    let at = good.rfind("FEATURE ").unwrap();
    let (first, second) = good.split_at(at);
    let key_at = good.find("KEY=").unwrap() + 4;
    let key_text = &good[key_at..key_at + 100];
    let wrapped = format!("\"{}\r\n   {}\n{}\"", &key_text[..30], &key_text[30..70], &key_text[70..]);
    let variants = [
        ("CRLF", good.replace('\n', "\r\n")),
        ("byte order mark", format!("\u{feff}{good}")),
        ("comments", good.replace('{', "# a\n{ # b } KEY=\"x\n")),
        ("no comments", good.replace("# Issued to a test.\n", "")),
        (
            "empty lines and tabs",
            good.replace(' ', "\t \t").replace('\n', "\n\n").replace("\t \t&\t \t", " & "),
        ),
        (
            "order of directives",
            good.replace(
                "VENDOR=ABC_Software KEYTYPE=TOKEN VERSION=1.0",
                "VERSION=1.0 VENDOR=ABC_Software KEYTYPE=TOKEN",
            ),
        ),
        ("order of blocks", format!("{second}{first}")),
        ("one block left", second.to_owned()),
        ("spaces around =", good.replace("COUNT=20", "COUNT = 20")),
        ("quotes", good.replace("VERSION=1.10", "VERSION=\"1.10\"")),
        ("wrapped KEY", good.replace(key_text, &wrapped)),
        ("string wrapped by a mail program", good.replace("Bäckerei Çelik", "Bäckerei\r\n  Çelik")),
        ("spaces inside a string", good.replace("VERSION=1.0 COUNT=5\"", " VERSION=1.0   COUNT=5 \"")),
        ("one line", good.lines().skip(1).collect::<Vec<_>>().join(" ")),
    ];
    for (name, text) in variants {
        let found = verdicts(&text);
        assert!(
            !found.is_empty() && found.iter().all(|verdict| *verdict == VALID),
            "{name}: {found:?}\n{text}"
        );
    }
}

#[test]
fn date_verdicts_come_after_signature_verdicts() {
    let good = signed(&PLAIN[..PLAIN.rfind("FEATURE ").unwrap()]);
    let trust = default_trust();
    let revocations = Revocations::default();
    for (day, verdict, outcome) in [
        (date(2025, 12, 31), Verdict::NotYet, Outcome::NotNow),
        // ISSUED is after START. Before that day the clock must be wrong.
        (date(2026, 1, 13), Verdict::NotYet, Outcome::NotNow),
        (date(2026, 1, 15), Verdict::Valid, Outcome::Valid),
        (date(2027, 12, 31), Verdict::Valid, Outcome::Valid),
        (date(2028, 1, 1), Verdict::Expired, Outcome::NotNow),
    ] {
        let license = License::from_text("test.lic", &good);
        let verifier = Verifier::new(&trust, &revocations, day, Mode::Production);
        let report = verifier.file(&license);
        assert_eq!((report.blocks[0].verdict, report.outcome()), (verdict, outcome), "{day}");
        assert_eq!(report.verified().count(), usize::from(verdict == Verdict::Valid));
    }
}

#[test]
fn every_verdict_is_reached() {
    let good = signed("FEATURE a { VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=5 }");
    let key_text = &good[good.find("KEY=").unwrap()..][..104];
    let cases = [
        (good.clone(), Verdict::Valid, "signed by ABC_Software"),
        (good.replace("COUNT=5", "COUNT=05"), Verdict::Malformed, "05"),
        (good.replace("COUNT=5", "COUNT=5 COUNT=5"), Verdict::Malformed, "duplicate `COUNT`"),
        (good.replace("VENDOR=ABC_Software", ""), Verdict::Malformed, "VENDOR"),
        (good.replace("COUNT=5", "COUNT=5 FLAVOUR=9"), Verdict::Unsupported, "FLAVOUR"),
        (good.replace(key_text, ""), Verdict::Unsigned, "no KEY"),
        (good.replace(key_text, "KEY=AQEA..."), Verdict::Unsigned, "shortened for print"),
        (good.replace(key_text, &key_text[..103]), Verdict::Malformed, "99 characters instead of 100"),
        (good.replace(key_text, &key_text.replace("AQEA", "AQE_")), Verdict::Malformed, "position 4"),
        (good.replace(key_text, &key_text.replace("AQEA", "AgEA")), Verdict::Unsupported, "KEY damaged"),
        (good.replace(key_text, &key_text.replace("AQEA", "AQIA")), Verdict::Unsupported, "KEY damaged"),
        (good.replace(key_text, &key_text.replace("AQEA", "AQEB")), Verdict::Unsupported, "KEY damaged"),
        (good.replace("COUNT=5", "COUNT=6"), Verdict::Invalid, "changed after signing"),
    ];
    for (text, verdict, words) in cases {
        let (found, reason) = single_verdict(&default_trust(), &text);
        assert_eq!(found, verdict, "{text}\n{reason}");
        assert!(reason.contains(words), "{reason}");
    }
    let other = key(2);
    let (found, reason) = single_verdict(&store(&[(entry(VENDOR, &other), &other)]), &good);
    assert_eq!(found, Verdict::UnknownKey);
    assert!(reason.contains("not in the trust store"), "{reason}");
}

#[test]
fn verify_names_block_that_key_belongs_to() {
    let text = signed(PLAIN);
    let keys: Vec<&str> = text.match_indices("KEY=AQEA").map(|(at, _)| &text[at + 4..at + 104]).collect();
    let swapped = text.replace(keys[0], "FIRST").replace(keys[1], keys[0]).replace("FIRST", keys[1]);
    let license = License::from_text("test.lic", &swapped);
    let trust = default_trust();
    let report = report(&trust, &license);
    assert_eq!(report.blocks.iter().map(|block| block.verdict).collect::<Vec<_>>(), [Verdict::Invalid; 2]);
    assert!(
        report.blocks[0].reason.to_string().contains("belongs to the block `MyDraw` in line 9"),
        "{}",
        report.blocks[0].reason
    );
    assert!(
        report.blocks[1].reason.to_string().contains("`MySolutions` in line 2"),
        "{}",
        report.blocks[1].reason
    );
}

#[test]
fn broken_block_is_malformed_and_fails_file() {
    let text = format!("{}FEATURE lost {{ VENDOR=ABC_Software\n", signed(PLAIN));
    let license = License::from_text("test.lic", &text);
    let trust = default_trust();
    let report = report(&trust, &license);
    assert_eq!(report.outcome(), Outcome::Unreadable);
    assert_eq!(report.result(), "MALFORMED");
    assert_eq!(report.blocks.len(), 3);
    assert_eq!(report.blocks[2].feature.as_deref(), Some("lost"));
}

#[test]
fn worst_outcome_decides_exit_code() {
    let order = [Outcome::Valid, Outcome::NotNow, Outcome::Policy, Outcome::NotValid, Outcome::Unreadable];
    assert!(order.is_sorted());
    let words: Vec<&str> = Verdict::ALL.iter().map(|verdict| verdict.as_str()).collect();
    assert_eq!(
        words,
        [
            "MALFORMED",
            "UNSUPPORTED",
            "UNSIGNED",
            "UNKNOWN-KEY",
            "NOT-FOR-VENDOR",
            "INVALID",
            "REVOKED",
            "NOT-YET",
            "EXPIRED",
            "VALID"
        ]
    );
}
