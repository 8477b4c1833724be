//! Changed, repeated, missing and unknown directives; other spellings of values.

use keywright::license::{DIRECTIVES, License, check_value};
use keywright::verify::{Outcome, Verdict};

use crate::sign::{PLAIN, default_trust, report, signed, single_verdict, verdicts, verdicts_of};
use crate::sign_cli::test_dir;
use crate::support::TestDir;
use crate::threats::blocks::{SIGNED_BLOCK, key_of};
use crate::threats::second_reader::{Rng, mutated};

#[test]
fn threat_13_every_duplicate_directive_is_an_error() {
    for row in DIRECTIVES.iter().filter(|row| !row.repeats()) {
        let name = row.name;
        for (first, second) in [("1", "1"), ("1", "2"), ("1", "\"1\"")] {
            for between in [" ", " DATA=x ", "\n# apart\n PLATFORMS=y\n"] {
                let text = format!("FEATURE a {{ {name}={first}{between}{name}={second} }}\n");
                let license = License::from_text("twice.lic", &text);
                assert!(license.diagnostics.iter().any(|found| found.code.id == "V002"), "{text}");
                let trust = default_trust();
                let report = report(&trust, &license);
                assert_eq!(report.blocks[0].verdict, Verdict::Malformed, "{text}");
            }
        }
    }
    // In lists, too: a name twice in a trust list is row 34's, in a dependency it is here.
    for inner in ["FEATURE=a FEATURE=a VERSION=1.0 COUNT=1", "FEATURE=a VERSION=1.0 COUNT=1 COUNT=1"] {
        let text = format!("FEATURE t {{ VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"{inner}\" }}");
        assert!(License::from_text("twice.lic", &text).has_errors(), "{inner}");
    }
}

#[test]
fn threat_14_lint_reports_names_that_differ_by_case() {
    let dir = test_dir();
    let block = |name: &str| format!("FEATURE {name} {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE COUNT=1 }}\n");
    dir.write("twins.lic", block("MyDraw") + &block("mydraw"));
    let lint = dir.run(&["lint", "--format", "concise", "twins.lic"]).expect_code(1);
    assert!(lint.stdout.contains("error[X002]"), "{}", lint.stdout);
    let both = signed(&(block("MyDraw") + &block("mydraw")));
    assert_eq!(verdicts(&both), [Verdict::Valid; 2]);
    let swapped = both.replace("FEATURE MyDraw", "FEATURE X").replace("FEATURE mydraw", "FEATURE MyDraw");
    assert_eq!(verdicts(&swapped.replace("FEATURE X", "FEATURE mydraw")), [Verdict::Invalid; 2]);
}

/// Whatever goes through the check of values comes out of a license as it went in, and writes nothing else.
#[test]
fn threat_18_written_values_read_back_unchanged() {
    let mut dice = Rng(0x0bad_5eed_0bad_5eed);
    let (mut taken, mut refused) = (0, 0);
    for _ in 0..20_000 {
        let words = ["Acme", "Ltd", "a b", "x", "GmbH & Co."];
        let value = mutated(words[dice.below(words.len())], &mut dice);
        if check_value("LICENSEE", &value).is_err() {
            refused += 1;
            continue;
        }
        taken += 1;
        let text = format!("FEATURE a {{ VENDOR=V COUNT=1 LICENSEE=\"{value}\" }}\n");
        let license = License::from_text("written.lic", &text);
        assert!(!license.has_errors(), "{value:?}");
        assert_eq!(license.features.len(), 1, "{value:?}");
        let feature = &license.features[0];
        assert_eq!(license.value(feature, "LICENSEE").as_deref(), Some(value.as_str()));
        assert_eq!(license.records(feature).count(), 3, "{value:?}");
    }
    assert!(taken > 1000 && refused > 1000, "{taken} taken, {refused} refused");
    // Through the program that writes licenses: refused, or read back.
    let dir = TestDir::new();
    for (number, value) in
        ["x\" COUNT=900 Y=\"", "x}\nFEATURE b { COUNT=1", "a\u{0}b", "a\u{202e}b", "# \" {{x}}"]
            .iter()
            .enumerate()
    {
        let value = value.replace('\0', "\u{1}");
        let out = format!("{number}.lic");
        let made = dir.run(&["new", "pool", "--set", &format!("licensee={value}"), "-o", &out]);
        assert!(made.code != 0 || !dir.read(&out).contains("900"), "{value:?}");
        assert!(made.code == 0 || !dir.path(&out).exists(), "{value:?}");
    }
}

#[test]
fn threat_15_numbers_and_dates_have_one_spelling() {
    let with = |directive: &str| {
        let text = format!("FEATURE a {{ VENDOR=ABC_Software KEYTYPE=ADDITIVE {directive} }}");
        !License::from_text("spelling.lic", &text).has_errors()
    };
    for good in [
        "COUNT=1",
        "COUNT=2147483647",
        "COUNT=UNLIMITED",
        "COUNT=5 VERSION=0.0",
        "COUNT=5 VERSION=9999.9999",
        "COUNT=5 END=2028-02-29",
        "COUNT=5 END=9999-12-31",
    ] {
        assert!(with(good), "{good}");
    }
    let counts = [
        "",
        "0",
        "00",
        "05",
        "+5",
        "-5",
        "5.0",
        "5e0",
        "0x5",
        "5_0",
        "5,0",
        "٥",
        "５",
        "Ⅴ",
        "five",
        "unlimited",
        "Unlimited",
        "2147483648",
        "99999999999999999999",
        "1 2",
    ];
    let versions = [
        "1", "1.", ".1", "01.0", "1.00", "1.0.0", "1,0", "v1.0", "+1.0", "-1.0", "10000.0", "1.10000",
        "１.0", "1.0a",
    ];
    let days = [
        "2026-2-1",
        "26-02-01",
        "2026/02/01",
        "2026-02-30",
        "2027-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-01-00",
        "10000-01-01",
        "20260201",
        "01-02-2026",
        "2026-02-01T00:00",
        "+2026-02-01",
        "２026-02-01",
    ];
    for (name, wrong) in [("COUNT", &counts[..]), ("COUNT=5 VERSION", &versions), ("COUNT=5 END", &days)] {
        for value in wrong {
            for quoted in [format!("{name}={value}"), format!("{name}=\"{value}\"")] {
                assert!(!with(&quoted), "{quoted}");
            }
        }
    }
}

#[test]
fn threat_18_values_cannot_inject_directives() {
    let signed = signed(PLAIN);
    for injected in
        ["x\" COUNT=900 Y=\"", "x}\nFEATURE b { VENDOR=ABC_Software COUNT=1", "x\u{0}y", "x\ny # \" z"]
    {
        let text = signed.replace("Bäckerei Çelik & Söhne", injected);
        let found = verdicts(&text);
        assert!(!found.iter().all(|verdict| *verdict == Verdict::Valid), "{injected:?}");
    }
}

#[test]
fn threat_12_verify_rejects_every_changed_character() {
    let good = signed(PLAIN);
    let trust = default_trust();
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
fn threat_13_verify_rejects_repeated_directive() {
    let good = signed(SIGNED_BLOCK);
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
fn threat_14_verify_rejects_changed_case() {
    let good = signed(SIGNED_BLOCK);
    for (from, to) in [("MyDraw", "mydraw"), ("ABC_Software", "abc_software"), ("S-1", "s-1")] {
        assert_ne!(verdicts(&good.replace(from, to)), [Verdict::Valid]);
    }
}

#[test]
fn threat_16_verify_rejects_missing_directive() {
    let good = signed(SIGNED_BLOCK);
    for directive in
        ["KEYTYPE=ADDITIVE", "VERSION=1.0", "COUNT=5", "SN=S-1", "ISSUED=2026-02-01", "COMMENT=\"as agreed\""]
    {
        let text = good.replace(directive, "");
        assert_ne!(text, good);
        assert_ne!(verdicts(&text), [Verdict::Valid], "{directive}");
    }
}

#[test]
fn threat_17_verify_rejects_unknown_directive() {
    let good = signed(SIGNED_BLOCK);
    let (verdict, _) = single_verdict(&default_trust(), &good.replace("COUNT=5", "COUNT=5 QUOTA=1"));
    assert_eq!(verdict, Verdict::Unsupported);
    assert_eq!(verdict.outcome(), Outcome::Unreadable);
}

#[test]
fn verify_rejects_undecodable_text() {
    use keywright::source::{FileId, SourceFile};
    let good = signed(SIGNED_BLOCK);
    for tail in [&b"\xff"[..], b"\n\xff FEATURE b {", b"\n# \xe4"] {
        let bytes = [good.as_bytes(), tail].concat();
        let license = License::parse(SourceFile::from_bytes(FileId::default(), "test.lic", bytes));
        assert_eq!(report(&default_trust(), &license).outcome(), Outcome::Unreadable);
    }
    let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let license = License::parse(SourceFile::from_bytes(FileId::default(), "test.lic", wide));
    assert_eq!(report(&default_trust(), &license).outcome(), Outcome::Unreadable);
}
