//! JSON of scenario runs, version 1. These structs are the contract with programs: they change only by addition.

use serde::Serialize;

use crate::scenario::{RowResult, ScenarioResult};
use crate::source::SourceFile;

use super::escape::escape;
use super::test::TestReport;

#[derive(Debug, Serialize)]
struct Report {
    version: u32,
    scenarios: Vec<Scenario>,
    passed: usize,
    failed: usize,
}

#[derive(Debug, Serialize)]
struct Scenario {
    file: String,
    name: String,
    passed: bool,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    line: usize,
    text: String,
    passed: bool,
    expected: String,
    actual: String,
    reason: Option<String>,
}

/// The report as JSON, with a line break at its end.
///
/// # Errors
/// None that is known: the structs hold nothing that JSON cannot.
pub fn render(report: &TestReport) -> serde_json::Result<String> {
    let (passed, failed) = report.counts();
    let scenarios = report
        .files
        .iter()
        .flat_map(|file| file.results.iter().map(|result| scenario(&file.source, result)))
        .collect();
    let mut json = serde_json::to_string_pretty(&Report { version: 1, scenarios, passed, failed })?;
    json.push('\n');
    Ok(json)
}

fn scenario(source: &SourceFile, result: &ScenarioResult) -> Scenario {
    Scenario {
        file: escape(source.name()).into_owned(),
        name: escape(&result.name).into_owned(),
        passed: result.passed(),
        rows: result.rows.iter().map(|line| row(source, line)).collect(),
    }
}

fn row(source: &SourceFile, row: &RowResult) -> Row {
    Row {
        line: source.position(row.span.start as usize).line,
        text: escape(&row.text).into_owned(),
        passed: row.passed(),
        expected: escape(&row.expected()).into_owned(),
        actual: escape(&row.actual()).into_owned(),
        reason: reason(row),
    }
}

/// The lines of a reason, each escaped, joined by line breaks.
fn reason(row: &RowResult) -> Option<String> {
    let lines: Vec<String> = row.reason.iter().map(|line| escape(line).into_owned()).collect();
    if row.passed() || lines.is_empty() { None } else { Some(lines.join("\n")) }
}
