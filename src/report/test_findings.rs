//! The failures of a run of scenario files as findings, for formats that point at lines.

use std::sync::Arc;

use keywright_scenario::{PAGES, RowResult, ScenarioResult};
use keywright_syntax::diagnostic::{Code, Diagnostic, Severity};
use keywright_syntax::source::{FileId, SourceFile, Span};

use super::Sources;
use super::lint::{Outcome, Part, ReportFormat, ReportedRule};
use super::test::{self, Covered, Mutated, NotPlayed, TestReport, TestedFile};

static FAILED: Code = Code::error("R020", "scenario-failed");
static NOT_COVERED: Code = Code::note("R021", "not-covered");
static SURVIVED: Code = Code::error("R022", "mutation-not-detected");
static NOT_MUTATED: Code = Code::error("R023", "mutation-not-run");

/// The results of a run that are findings, in addition to the errors in scenario files.
static RESULTS: [ReportedRule; 4] = [
    ReportedRule {
        code: &FAILED,
        summary: "steps and rows of scenarios whose result is not the expected one",
        rationale: "The license does not grant what the scenario says, or the scenario is wrong.",
        how_to_fix: "Correct the license or the expected value; `keywright test --update` writes the actual values.",
        group: "scenarios",
    },
    ReportedRule {
        code: &NOT_COVERED,
        summary: "parts of a license that no scenario covers",
        rationale: "A mistake there is not detected. It is an error if the coverage is below `--fail-under`.",
        how_to_fix: "Add a scenario that uses it.",
        group: "scenarios",
    },
    ReportedRule {
        code: &SURVIVED,
        summary: "changes of a license that no scenario detects",
        rationale: "A mistake of this kind would be issued.",
        how_to_fix: "Add a scenario whose result depends on the value.",
        group: "scenarios",
    },
    ReportedRule {
        code: &NOT_MUTATED,
        summary: "licenses that are not mutated, because one of their scenarios fails",
        rationale: "Changes can be detected only by scenarios that pass on the unchanged license.",
        how_to_fix: "Correct the failed scenario first.",
        group: "scenarios",
    },
];

/// Returns the rules of `test`.
#[must_use]
pub fn test_rules() -> Vec<ReportedRule> {
    PAGES.iter().map(ReportedRule::from).chain(RESULTS).collect()
}

/// Renders the failures in a format for findings.
#[must_use]
pub fn render(report: &TestReport, format: &mut dyn ReportFormat) -> String {
    let mut text = format.head();
    let mut part = |findings: &[Diagnostic], sources: &Sources<'_>| {
        text.push_str(&format.part(&Part { findings, sources, fails: Severity::Warning, entitled: None }));
    };
    for file in &report.files {
        part(&failures(file), &Sources::new([&*file.source]));
    }
    for (source, findings) in report.not_played.iter().filter_map(|file| file.invalid.as_ref()) {
        part(findings, &Sources::new([&**source]));
    }
    for covered in &report.coverage {
        part(&missed(covered, report.least), &all(&covered.licenses));
    }
    for mutated in &report.mutation {
        part(&survivors(mutated), &all(&mutated.licenses));
    }
    let unread = report.not_played.iter().filter(|file| file.invalid.is_none());
    let unread = unread.map(|NotPlayed { file, message, .. }| (file.clone(), message.clone())).collect();
    text.push_str(&format.tail(&Outcome { unread, ..Outcome::default() }));
    text
}

fn all(licenses: &[Arc<SourceFile>]) -> Sources<'_> {
    Sources::new(licenses.iter().map(|license| &**license))
}

/// Returns the failed rows of a file, and the warnings about it.
fn failures(file: &TestedFile) -> Vec<Diagnostic> {
    let failed = file.results.iter().flat_map(|result| {
        let rows = result.rows.iter().filter(|row| !row.passed());
        rows.map(move |row| failure(&file.source, result, row))
    });
    let mut found: Vec<Diagnostic> = file.warnings.iter().cloned().chain(failed).collect();
    found.sort_by_key(Diagnostic::order);
    found
}

fn failure(source: &SourceFile, result: &ScenarioResult, row: &RowResult) -> Diagnostic {
    let span = row.checks.iter().find(|check| !check.passed()).map_or(row.span, |check| check.span);
    let (expected, actual) = (row.expected(), row.actual());
    let message = format!("`{}`: {}: expected {expected}, actual {actual}", result.name, row.text);
    let found = Diagnostic::new(&FAILED, source.id(), span, message);
    if row.reason.is_empty() { found } else { found.help(row.reason.join("; ")) }
}

fn missed(covered: &Covered, least: Option<u8>) -> Vec<Diagnostic> {
    let is_required = least.is_some_and(|least| covered.is_below(least));
    let severity = if is_required { Severity::Error } else { NOT_COVERED.severity };
    let missed = covered.coverage.missed.iter().map(|missed| {
        let message = format!("{}: not covered by any scenario", missed.text);
        let found = Diagnostic::new(&NOT_COVERED, id(missed.license), missed.span, message);
        Diagnostic { severity, ..found }
    });
    missed.collect()
}

fn survivors(mutated: &Mutated) -> Vec<Diagnostic> {
    let Some(mutation) = &mutated.mutation else {
        let message = format!(
            "mutations of {} not run: a scenario fails on the unchanged license",
            test::names(&mutated.licenses)
        );
        return vec![Diagnostic::new(&NOT_MUTATED, id(0), Span::default(), message)];
    };
    let survived = mutation.survivors.iter().map(|mutant| {
        let message = format!("{}: not detected by any scenario", mutant.text);
        Diagnostic::new(&SURVIVED, id(mutant.license), mutant.span, message)
    });
    survived.collect()
}

/// Returns the ID of a license: licenses that are tested together are numbered.
fn id(index: usize) -> FileId {
    FileId(u32::try_from(index).unwrap_or(u32::MAX))
}
