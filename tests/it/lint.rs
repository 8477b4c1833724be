//! The linter: properties of the rule table, sample files, the corpus, limits.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use keywright::diagnostic::{Diagnostic, Severity};
use keywright::license::License;
use keywright::lint::{
    Check, EXAMPLE_DAY, Example, Group, KeyFinding, Level, Options, RULES, Rule, lint, rule,
};
use keywright::source::{FileId, SourceFile};

use crate::lint_limits::texts;

pub(crate) fn day() -> Date {
    date(EXAMPLE_DAY.0, EXAMPLE_DAY.1, EXAMPLE_DAY.2)
}

pub(crate) fn lint_text(text: &str) -> Vec<Diagnostic> {
    lint(&[&License::from_text("test.lic", text)], &Options::at(day()))
}

pub(crate) fn ids(found: &[Diagnostic]) -> Vec<&'static str> {
    found.iter().map(|found| found.code.id).collect()
}

fn lint_example(example: &Example) -> Vec<Diagnostic> {
    let licenses: Vec<License> = example.sources().into_iter().map(License::parse).collect();
    let mut options = Options::at(day());
    if let Example::Configured { policy, .. } = example {
        options.policy = policy();
    }
    if let Example::WithKeyVerdict(_, state) = example {
        let block = licenses[0].features[0].block;
        options.keys.push(KeyFinding { file: FileId(0), block, state: *state, detail: String::new() });
    }
    lint(&licenses.iter().collect::<Vec<_>>(), &options)
}

#[test]
fn codes_are_unique_ordered_and_named_by_convention() {
    let groups: String = Group::ALL.iter().map(|group| group.letter).collect();
    let keys: Vec<(usize, &str)> =
        RULES.iter().map(|rule| (groups.find(&rule.code.id[..1]).unwrap(), rule.code.id)).collect();
    assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?}");
    let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.code.name).collect();
    assert_eq!(names.len(), RULES.len());
    for rule in RULES.iter() {
        let (id, name) = (rule.code.id, rule.code.name);
        assert!(id.len() == 4 && id[1..].bytes().all(|b| b.is_ascii_digit()), "{id}");
        assert!(
            name.split('-')
                .all(|word| !word.is_empty()
                    && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())),
            "{name}"
        );
        assert!(rule.group().is_some(), "{id}");
    }
}

#[test]
fn every_rule_is_explained() {
    for rule in RULES.iter() {
        let id = rule.code.id;
        assert!(!rule.summary.is_empty() && !rule.summary.ends_with('.'), "{id}: the summary is a phrase");
        assert!(
            !rule.summary.starts_with(char::is_uppercase)
                || rule.summary.starts_with(
                    |c: char| c.is_uppercase() && rule.summary[1..2].chars().all(char::is_uppercase)
                ),
            "{id}: {}",
            rule.summary
        );
        for sentence in [rule.rationale, rule.how_to_fix] {
            assert!(sentence.ends_with('.') && sentence.len() > 3, "{id}: {sentence}");
        }
        for text in [rule.summary, rule.rationale, rule.how_to_fix] {
            assert!(!text.contains("  ") && !text.contains('\n'), "{id}: {text}");
        }
    }
}

#[test]
fn rules_are_found_by_code_and_by_name() {
    for known in RULES.iter() {
        assert!(std::ptr::eq(rule(known.code.id).unwrap(), *known));
        assert!(std::ptr::eq(rule(known.code.name).unwrap(), *known));
    }
    assert!(rule("D999").is_none());
}

#[test]
fn every_parser_code_has_a_rule() {
    for file in ["src/syntax/codes.rs", "src/license/codes.rs"] {
        let text =
            std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let declared: Vec<&str> = text.split("Code::").filter_map(|rest| rest.split('"').nth(1)).collect();
        let declared: Vec<&&str> = declared.iter().filter(|id| id.len() == 4).collect();
        assert!(declared.len() > 10);
        for id in declared {
            assert!(rule(id).is_some_and(|rule| matches!(rule.check, Check::Parser)), "{id}");
        }
    }
}

fn bad_example_raises_its_code(rule: &Rule) {
    let found = lint_example(&rule.bad);
    let id = rule.code.id;
    assert!(found.iter().any(|found| found.code.id == id), "{id} is not raised: {found:#?}");
    if id == "A004" {
        return;
    }
    for other in found.iter().filter(|found| found.code.id != id) {
        assert_eq!(other.severity, Severity::Note, "{id} also raises {other:#?}");
    }
    for own in found.iter().filter(|found| found.code.id == id) {
        assert_eq!(own.severity, rule.code.severity, "{id}");
    }
    assert_eq!(
        found.iter().filter(|found| found.code.id == id).count(),
        1,
        "{id}: one fault, one finding: {found:#?}"
    );
}

#[test]
fn bad_examples_report_only_their_code() {
    for rule in RULES.iter() {
        bad_example_raises_its_code(rule);
    }
}

#[test]
fn good_examples_report_nothing() {
    for rule in RULES.iter() {
        let found = lint_example(&rule.good);
        let id = rule.code.id;
        assert!(
            found.iter().all(|found| found.severity == Severity::Note && found.code.id != id),
            "{id}: {found:#?}"
        );
    }
}

/// Applies the safe fixes of one run, except those that overlap others.
fn fix_once(text: &str, found: &[Diagnostic]) -> String {
    let mut edits: Vec<_> = found
        .iter()
        .filter_map(|found| found.fix.as_ref())
        .filter(|fix| fix.safe)
        .flat_map(|fix| &fix.edits)
        .collect();
    edits.sort_by_key(|edit| edit.span);
    edits.dedup_by(|later, earlier| later.span.start < earlier.span.end);
    let mut fixed = text.to_owned();
    for edit in edits.into_iter().rev() {
        fixed.replace_range(edit.span.range(), &edit.replacement);
    }
    fixed
}

#[test]
fn safe_fixes_remove_finding_and_add_none() {
    let mut fixable = 0;
    for rule in RULES.iter().filter(|rule| !matches!(rule.bad, Example::Generated { .. })) {
        let [source] = rule.bad.sources().try_into().unwrap_or_else(|_| [SourceFile::new("a", "")]);
        let mut text = source.text().to_owned();
        let before = lint_text(&text);
        if !before
            .iter()
            .any(|found| found.code.id == rule.code.id && found.fix.as_ref().is_some_and(|fix| fix.safe))
        {
            continue;
        }
        fixable += 1;
        for _ in 0..3 {
            text = fix_once(&text, &lint_text(&text));
        }
        let after = lint_text(&text);
        assert_eq!(fix_once(&text, &after), text, "{} does not converge", rule.code.id);
        assert!(
            after.iter().all(|found| found.severity == Severity::Note),
            "{}: {text}\n{after:#?}",
            rule.code.id
        );
    }
    assert!(fixable >= 8, "{fixable}");
}

#[test]
fn messages_follow_style_rules() {
    let shown = RULES.iter().filter(|rule| !matches!(rule.bad, Example::Generated { .. }));
    for found in shown.flat_map(|rule| lint_example(&rule.bad)) {
        let texts = [Some(&found.message), found.help.as_ref()];
        for text in texts.into_iter().flatten() {
            assert!(!text.ends_with('.') && !text.contains('\n') && !text.is_empty(), "{text}");
            let first = text.chars().next().unwrap();
            let word: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
            assert!(
                !first.is_uppercase() || word.len() > 1 && word.chars().all(char::is_uppercase),
                "{text}"
            );
        }
        assert!(found.help.is_some(), "no help: {}", found.message);
    }
}

#[test]
fn example_licenses_report_only_elided_keys() {
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples");
    for name in ["alternates", "cascade", "dependency-sharing", "pool", "suite", "token-sharing"] {
        let text = std::fs::read_to_string(directory.join(format!("{name}.lic"))).unwrap();
        let license = License::from_text(name, &text);
        let found = lint(&[&license], &Options::at(day()));
        let grave: Vec<&Diagnostic> = found.iter().filter(|found| found.severity > Severity::Note).collect();
        let elided = grave.iter().filter(|found| found.code.id == "S011").count();
        assert_eq!(elided, license.features.len(), "{name}");
        for other in grave.iter().filter(|found| found.code.id != "S011") {
            assert!(name == "dependency-sharing" && other.code.id == "S008", "{name}: {other:#?}");
        }
        let notes: Vec<&Diagnostic> = found.iter().filter(|found| found.severity == Severity::Note).collect();
        assert!(notes.is_empty(), "{name}: {notes:#?}");
    }
}

#[test]
fn levels_apply_by_code_name_and_group() {
    let text =
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\" }\n";
    let with = |settings: &[(&str, Level)]| {
        let mut options = Options::at(day());
        for (selector, level) in settings {
            options.levels.set(selector, *level).unwrap();
        }
        let license = License::from_text("a", text);
        lint(&[&license], &options).iter().map(|f| (f.code.id, f.severity)).collect::<Vec<_>>()
    };
    let (note, warning, error) = (Severity::Note, Severity::Warning, Severity::Error);
    assert_eq!(with(&[]), [("K002", note), ("D002", error)]);
    assert_eq!(with(&[("D002", Level::Warn)]), [("K002", note), ("D002", warning)]);
    assert_eq!(with(&[("D", Level::Allow)]), [("K002", note)]);
    assert_eq!(with(&[("draft-file", Level::Deny)]), [("K002", error), ("D002", error)]);
    let both = [("self-dependency", Level::Warn), ("dependencies", Level::Allow)];
    assert_eq!(with(&both), [("K002", note), ("D002", warning)], "a rule wins over its group");
    let mut levels = keywright::lint::Levels::default();
    let unknown = levels.set("self-dependancy", Level::Warn).unwrap_err();
    assert_eq!(unknown.to_string(), "unknown rule or group `self-dependancy`");
    assert_eq!(unknown.help(), "did you mean `self-dependency`?");
}

#[test]
fn allow_comment_applies_to_its_block_or_line_only() {
    let block = "FEATURE Draw\n{\n  VENDOR=Acme KEYTYPE=TOKEN\n  TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\"\n}\n";
    let line = "  TOKEN_DEPENDENCY";
    let comment = "# keywright: allow(self-dependency) a joke";
    let found = |text: &str| {
        let mut ids = ids(&lint_text(text));
        ids.retain(|id| *id != "K002");
        ids
    };
    assert_eq!(found(block), ["D002"]);
    assert_eq!(found(&format!("{comment}\n\n{block}")), [""; 0]);
    assert_eq!(found(&block.replacen('\n', &format!(" {comment}\n"), 1)), [""; 0]);
    assert_eq!(found(&block.replace(line, &format!("  {comment}\n{line}"))), [""; 0]);
    assert_eq!(found(&block.replace("COUNT=1\"", &format!("COUNT=1\" {comment}"))), [""; 0]);
    assert_eq!(found(&block.replace("TOKEN\n", &format!("TOKEN {comment}\n"))), ["A001", "D002"]);
    assert_eq!(found(&format!("{block}{comment}\n")), ["D002", "A001"]);
    assert_eq!(found(&format!("# keywright: allow(D001, D002) x\n{block}")), ["A001"]);
    assert_eq!(found(&format!("# keywright: allow(D002)\n{block}")), ["A003"]);
    assert_eq!(found(&format!("# keywright: allow D002 x\n{block}")), ["A002", "D002"]);
    assert_eq!(found(&format!("# keywright: allow(D02) x\n{block}")), ["A002", "D002"]);
    assert_eq!(found(&format!("# keywright: allow(K005) x\n{block}")), ["A002", "D002"]);
}

/// The linter and the resolver reject the same graphs.
#[test]
fn resolver_and_linter_reject_same_graphs() {
    const GRAPH: [&str; 4] = ["D001", "D002", "D003", "H001"];
    let mut refused = 0;
    let mut agree = |name: &str, text: &str| {
        let license = License::from_text("a", text);
        let found = lint(&[&license], &Options::at(day()));
        let ours = found.iter().any(|found| GRAPH.contains(&found.code.id));
        let theirs = keywright::resolve::Model::compile([&license]);
        assert_eq!(ours, theirs.is_err(), "{name}: {theirs:?}\n{found:#?}");
        refused += usize::from(ours);
    };
    for (name, text) in texts() {
        agree(&name, &text);
    }
    for rule in RULES.iter() {
        if let (Example::Text(bad), Example::Text(good)) = (rule.bad, rule.good) {
            agree(rule.code.id, bad);
            agree(rule.code.id, good);
        }
    }
    assert!(refused >= 8, "{refused}");
}
