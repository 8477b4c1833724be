//! The linter on incomplete, hostile and very large input.

use std::fmt::Write as _;

use keywright::diagnostic::{Diagnostic, Severity};
use keywright::license::License;
use keywright::lint::{Example, Level, Options, lint, rule};
use keywright::source::{FileId, SourceFile};

use crate::lint::{day, ids, lint_text};
use crate::support::{cases, files_below};

#[test]
fn lint_reports_overflow_once_for_16_levels_of_512() {
    let mut text = "FEATURE T16 { VENDOR=V COUNT=1 }\n".to_owned();
    for level in 0..16 {
        let need = format!("TOKEN_DEPENDENCY=\"FEATURE=T{} VERSION=1.0 COUNT=1\" ", level + 1).repeat(512);
        writeln!(text, "FEATURE T{level} {{ VENDOR=V KEYTYPE=TOKEN {need}}}").unwrap();
    }
    let license = License::from_text("a", &text);
    let found = lint(&[&license], &Options::at(day()));
    let errors: Vec<&str> = found.iter().filter(|f| f.is_error()).map(|f| f.code.id).collect();
    assert_eq!(errors, ["D010", "C001"][..errors.len()]);
    assert_eq!(found.iter().filter(|found| found.code.id == "D009").count(), 16);
}

/// A chain of tokens whose last token depends on `last`.
fn chain(length: usize, last: &str) -> String {
    let mut text = String::new();
    for at in 0..length {
        let next = if at + 1 == length { last.to_owned() } else { format!("T{}", at + 1) };
        writeln!(
            text,
            "FEATURE T{at} {{VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE={next} VERSION=1.0 COUNT=1\"}}"
        )
        .unwrap();
    }
    text
}

#[test]
fn long_chains_and_cycles_give_few_findings() {
    let length = cases(30_000, 10_000);
    let circle = License::from_text("a", &chain(length, "T0"));
    let line = License::from_text("a", &(chain(length, "P") + "FEATURE P {VENDOR=V COUNT=1}"));
    let found = lint(&[&circle], &Options::at(day()));
    assert_eq!(ids(&found), ["K002", "D001"]);
    assert!(found[1].message.len() < 600 && found[1].related.len() < 50);
    let found = lint(&[&line], &Options::at(day()));
    assert_eq!(ids(&found), ["D003", "K002"]);
    assert!(found[0].message.contains(&format!("{length} dependencies")), "{}", found[0].message);
}

#[test]
fn cost_of_unknown_names_is_linear() {
    let mut text = String::new();
    for at in 0..20_000 {
        writeln!(text, "FEATURE T{at} {{VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Some_name_{at} VERSION=1.0 COUNT=1\"}}")
            .unwrap();
    }
    let license = License::from_text("a", &text);
    let found = lint(&[&license], &Options::at(day()));
    // Plus the draft note, which has a different code, and the finding that counts the rest.
    assert_eq!(found.len(), keywright::lint::MAX_FINDINGS + 2);
    let last = found.last().unwrap();
    assert_eq!((last.code.id, last.severity), ("A004", Severity::Error));
    assert_eq!(last.message, "19000 more findings are not shown");
}

#[test]
fn lint_reports_nothing_after_unreadable_text() {
    let token =
        "FEATURE Draw { VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }\n";
    for pool in [
        "FEATURE Pool { VENDOR=V COUNT=0 }\n",
        "FEATURE Pool { VENDOR=V COUTN=5 }\n",
        "FEATURE Pool { VENDOR=V COUNT 5 }\n",
        "FEATURE Pool { COUNT=5 }\n",
        "FEATURE Pool { VENDOR=V COUNT=5\n",
        "FEATUER Pool { VENDOR=V COUNT=5 }\n",
    ] {
        let found = lint_text(&format!("{token}{pool}"));
        let errors: Vec<&Diagnostic> = found.iter().filter(|found| found.is_error()).collect();
        assert_eq!(errors.len(), 1, "{pool}: {errors:#?}");
        assert!(errors[0].code.id.starts_with(['S', 'V']), "{pool}");
    }
}

/// C009 has the level of the rule whose analysis is incomplete.
#[test]
fn lint_fails_at_search_limit_when_rule_is_denied() {
    let Example::Generated { make, .. } = rule("C009").unwrap().bad else { panic!("made") };
    let license = License::parse(SourceFile::from_bytes(FileId(0), "a", make()));
    let severity = |levels: &[(&str, Level)]| {
        let mut options = Options::at(day());
        for (selector, level) in levels {
            options.levels.set(selector, *level).unwrap();
        }
        let found = lint(&[&license], &options);
        found.iter().find(|found| found.code.id == "C009").map(|found| found.severity)
    };
    assert_eq!(severity(&[]), Some(Severity::Note));
    assert_eq!(severity(&[("C007", Level::Deny)]), Some(Severity::Error));
    assert_eq!(severity(&[("C001", Level::Deny)]), Some(Severity::Error));
    assert_eq!(severity(&[("C007", Level::Warn)]), Some(Severity::Warning));
    assert_eq!(severity(&[("C001", Level::Allow), ("C007", Level::Allow)]), None);
    assert_eq!(severity(&[("C007", Level::Deny), ("C009", Level::Warn)]), Some(Severity::Warning));
}

/// A file with exactly the maximum number of blocks is complete.
#[test]
fn missing_directives_are_reported_in_complete_files_only() {
    let token = "FEATURE T{VENDOR=V KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Missing VERSION=1.0 COUNT=1\"}";
    let unknown = |blocks: usize| {
        let text = token.to_owned() + &"FEATURE A{VENDOR=V}".repeat(blocks - 1);
        ids(&lint_text(&text)).contains(&"D005")
    };
    assert!(unknown(keywright::syntax::MAX_BLOCKS));
    assert!(!unknown(keywright::syntax::MAX_BLOCKS + 1));
}

/// The corpus and sample licenses that are valid text, as path and text.
pub(crate) fn texts() -> Vec<(String, String)> {
    let paths = files_below("tests/corpus/lint").into_iter().chain(files_below("tests/examples"));
    let licenses = paths.filter(|path| path.extension().is_some_and(|extension| extension == "lic"));
    licenses
        .filter_map(|path| {
            let text = String::from_utf8(std::fs::read(&path).unwrap()).ok()?;
            Some((path.display().to_string(), text))
        })
        .collect()
}

#[test]
fn lint_accepts_every_prefix_and_deletion_of_corpus() {
    // The run time is quadratic in the length.
    const LONGEST: usize = 2000;
    for (_, text) in texts().into_iter().filter(|(_, text)| text.len() <= LONGEST) {
        for (at, c) in text.char_indices().step_by(cases(7, 29)) {
            lint_text(&text[..at]);
            let without = format!("{}{}", &text[..at], &text[at + c.len_utf8()..]);
            for found in lint_text(&without) {
                assert!(found.primary.span.end as usize <= without.len(), "{found:?}");
            }
        }
    }
}
