//! JSON results of scenarios, version 1. These structs are a public contract: fields are only added.

use std::sync::Arc;

use serde::Serialize;

use keywright_scenario::{RowResult, ScenarioResult};
use keywright_syntax::source::{SourceFile, Span};

use super::escape::escape;
use super::test::{self, Covered, Mutated, TestReport};
use super::to_json;

#[derive(Debug, Serialize)]
struct TestReportJson {
    version: u32,
    scenarios: Vec<Scenario>,
    passed: usize,
    failed: usize,
    /// Files that could not be run. The results do not cover them.
    not_played: Vec<NotRunJson>,
    /// Coverage, if requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Vec<Coverage>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutation: Option<Vec<Mutation>>,
}

#[derive(Debug, Serialize)]
struct NotRunJson {
    file: String,
    line: Option<usize>,
    message: String,
}

#[derive(Debug, Serialize)]
struct Coverage {
    licenses: Vec<String>,
    reached: usize,
    total: usize,
    percent: usize,
    kinds: Vec<Kind>,
    missed: Vec<SourceLineJson>,
}

#[derive(Debug, Serialize)]
struct Kind {
    kind: &'static str,
    reached: usize,
    total: usize,
}

#[derive(Debug, Serialize)]
struct Mutation {
    licenses: Vec<String>,
    /// False if a scenario fails on the unchanged license.
    played: bool,
    changes: usize,
    not_tried: usize,
    noticed: usize,
    unreadable: usize,
    survivors: Vec<SourceLineJson>,
    equivalent: Vec<SourceLineJson>,
}

#[derive(Debug, Serialize)]
struct SourceLineJson {
    file: String,
    line: usize,
    column: usize,
    text: String,
    /// The kind of the coverage point, or the proof that a mutation has no effect.
    note: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Scenario {
    file: String,
    name: String,
    passed: bool,
    rows: Vec<RowJson>,
}

#[derive(Debug, Serialize)]
struct RowJson {
    line: usize,
    text: String,
    passed: bool,
    expected: String,
    actual: String,
    reason: Option<String>,
}

/// Renders the report as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn render(report: &TestReport) -> serde_json::Result<String> {
    let (passed, failed) = report.counts();
    let scenarios = report
        .files
        .iter()
        .flat_map(|file| file.results.iter().map(|result| scenario(&file.source, result)))
        .collect();
    let some = |empty: bool| (!empty).then_some(());
    let coverage = some(report.coverage.is_empty()).map(|()| report.coverage.iter().map(coverage).collect());
    let mutation = some(report.mutation.is_empty()).map(|()| report.mutation.iter().map(mutation).collect());
    let not_played = report.not_played.iter().map(not_played).collect();
    let report = TestReportJson { version: 1, scenarios, passed, failed, not_played, coverage, mutation };
    to_json::document(&report)
}

fn names(licenses: &[Arc<SourceFile>]) -> Vec<String> {
    licenses.iter().map(|license| escape(license.name()).into_owned()).collect()
}

fn not_played(file: &test::NotPlayed) -> NotRunJson {
    NotRunJson {
        file: escape(&file.file).into_owned(),
        line: file.line,
        message: escape(&file.message).into_owned(),
    }
}

fn coverage(covered: &Covered) -> Coverage {
    let (reached, total) = covered.coverage.counts();
    let kinds = covered.coverage.kinds.iter();
    let missed = covered.coverage.missed.iter();
    Coverage {
        licenses: names(&covered.licenses),
        reached,
        total,
        percent: covered.coverage.percent(),
        kinds: kinds.map(|(kind, reached, total)| Kind { kind, reached: *reached, total: *total }).collect(),
        missed: missed
            .map(|it| place(&covered.licenses, it.license, it.span, &it.text, Some(it.kind)))
            .collect(),
    }
}

fn mutation(mutated: &Mutated) -> Mutation {
    let none = keywright_scenario::Mutation::default();
    let found = mutated.mutation.as_ref().unwrap_or(&none);
    let at =
        |it: &keywright_scenario::Mutant, note| place(&mutated.licenses, it.license, it.span, &it.text, note);
    Mutation {
        licenses: names(&mutated.licenses),
        played: mutated.mutation.is_some(),
        changes: found.played,
        not_tried: found.possible - found.played,
        noticed: found.noticed,
        unreadable: found.unreadable,
        survivors: found.survivors.iter().map(|it| at(it, None)).collect(),
        equivalent: found.equivalent.iter().map(|(it, proof)| at(it, Some(proof))).collect(),
    }
}

fn place(
    licenses: &[Arc<SourceFile>],
    license: usize,
    span: Span,
    text: &str,
    note: Option<&'static str>,
) -> SourceLineJson {
    let (file, line, column) = test::place(licenses, license, span);
    SourceLineJson { file, line, column, text: escape(text).into_owned(), note }
}

fn scenario(source: &SourceFile, result: &ScenarioResult) -> Scenario {
    Scenario {
        file: escape(source.name()).into_owned(),
        name: escape(&result.name).into_owned(),
        passed: result.passed(),
        rows: result.rows.iter().map(|line| row(source, line)).collect(),
    }
}

fn row(source: &SourceFile, row: &RowResult) -> RowJson {
    RowJson {
        line: source.position(row.span.start as usize).line,
        text: escape(&row.text).into_owned(),
        passed: row.passed(),
        expected: escape(&row.expected()).into_owned(),
        actual: escape(&row.actual()).into_owned(),
        reason: reason(row),
    }
}

/// The lines of an explanation, each escaped, joined by line breaks.
fn reason(row: &RowResult) -> Option<String> {
    let lines: Vec<String> = row.reason.iter().map(|line| escape(line).into_owned()).collect();
    if row.passed() || lines.is_empty() { None } else { Some(lines.join("\n")) }
}
