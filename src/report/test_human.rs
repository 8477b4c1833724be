//! Human-readable results of scenarios: one line per scenario, and a table of expected and actual values for each
//! failed row.

use std::fmt::Write as _;

use keywright_scenario::{Check, RowResult, ScenarioResult};
use keywright_syntax::source::SourceFile;

use super::counted;
use super::escape::escape;
use super::test::{self, Covered, Mutated, TestReport, TestedFile};

/// The style of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestStyle {
    /// True for coloured results.
    pub color: bool,
}

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const OFF: &str = "\u{1b}[0m";

impl TestStyle {
    fn paint(self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{OFF}") } else { text.to_owned() }
    }
}

/// Renders the report. The last line has the number of passed and failed scenarios.
#[must_use]
pub fn render(report: &TestReport, style: TestStyle) -> String {
    let mut text = String::new();
    for file in &report.files {
        render_file(&mut text, file, style);
    }
    if !report.not_played.is_empty() {
        let files = counted(report.not_played.len(), "file");
        line(&mut text, &format!("{files} could not be run"));
    }
    report.coverage.iter().for_each(|covered| render_coverage(&mut text, covered));
    report.mutation.iter().for_each(|mutated| render_mutation(&mut text, mutated, style));
    let (passed, failed) = report.counts();
    let good = failed == 0 && report.not_played.is_empty();
    let summary = format!("{passed} passed, {failed} failed");
    line(&mut text, &style.paint(if good { GREEN } else { RED }, &summary));
    text
}

fn render_file(text: &mut String, file: &TestedFile, style: TestStyle) {
    line(text, &escape(file.source.name()));
    for result in &file.results {
        let name = escape(&result.name);
        if result.passed() {
            line(text, &format!("  {}      {name}", style.paint(GREEN, "ok")));
        } else {
            line(text, &format!("  {}  {name}", style.paint(RED, "FAILED")));
            render_failure(text, &file.source, result, style);
        }
    }
    line(text, "");
}

fn render_failure(text: &mut String, source: &SourceFile, result: &ScenarioResult, style: TestStyle) {
    for row in result.rows.iter().filter(|row| !row.passed()) {
        let first = row.checks.iter().find(|check| !check.passed());
        let at = source.position(first.map_or(row.span, |check| check.span).start as usize);
        let place = format!("{}:{}:{}", escape(source.name()), at.line, at.column);
        line(text, &format!("    {place}  {}", escape(&row.text)));
        render_checks(text, row, style);
        for reason in &row.reason {
            line(text, &format!("        {}", escape(reason)));
        }
    }
}

/// Writes a table of the failed comparisons: the key, the expected and the actual value.
fn render_checks(text: &mut String, row: &RowResult, style: TestStyle) {
    let failing: Vec<[String; 3]> = row.checks.iter().filter(|check| !check.passed()).map(cells).collect();
    let width = |column: usize, title: &str| {
        let cells = failing.iter().filter_map(|cells| cells.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(title.chars().count())
    };
    let (what, expected) = (width(0, ""), width(1, "expected"));
    line(text, &format!("        {:what$}  {:expected$}  actual", "", "expected"));
    for [name, wanted, actual] in &failing {
        let wanted = style.paint(GREEN, &format!("{wanted:expected$}"));
        let actual = style.paint(RED, actual);
        line(text, &format!("        {name:what$}  {wanted}  {actual}"));
    }
}

fn cells(check: &Check) -> [String; 3] {
    let what = if check.what.is_empty() { "result" } else { check.what };
    [what.to_owned(), escape(&check.expected).into_owned(), escape(&check.actual).into_owned()]
}

fn render_coverage(text: &mut String, covered: &Covered) {
    let coverage = &covered.coverage;
    let (seen, all) = coverage.counts();
    let names = test::names(&covered.licenses);
    line(text, &format!("coverage of {names}: {seen} of {all}, {} %", coverage.percent()));
    let kinds: Vec<String> =
        coverage.kinds.iter().map(|(kind, seen, all)| format!("{kind} {seen}/{all}")).collect();
    line(text, &format!("  {}", kinds.join(", ")));
    for missed in &coverage.missed {
        let (file, row, column) = test::place(&covered.licenses, missed.license, missed.span);
        line(text, &format!("  {file}:{row}:{column}  {}", escape(&missed.text)));
    }
    line(text, "");
}

fn render_mutation(text: &mut String, mutated: &Mutated, style: TestStyle) {
    let names = test::names(&mutated.licenses);
    let Some(mutation) = &mutated.mutation else {
        line(
            text,
            &format!("mutation of {names}: not run, because a scenario fails on the unchanged license"),
        );
        line(text, "");
        return;
    };
    let survived = mutation.survivors.len();
    let verdict = style.paint(if survived == 0 { GREEN } else { RED }, &format!("{survived} survived"));
    // Every mutation that was run is in one of these numbers.
    line(
        text,
        &format!(
            "mutation of {names}: {}: {} detected, {verdict}, {} without effect, {} with lint errors",
            counted(mutation.played, "mutation"),
            mutation.noticed,
            mutation.equivalent.len(),
            mutation.unreadable,
        ),
    );
    if mutation.possible > mutation.played {
        line(text, &format!("  {} more were not run", mutation.possible - mutation.played));
    }
    for survivor in &mutation.survivors {
        let (file, row, column) = test::place(&mutated.licenses, survivor.license, survivor.span);
        line(
            text,
            &format!("  {file}:{row}:{column}  {}: not detected by any scenario", escape(&survivor.text)),
        );
    }
    for (mutant, proof) in &mutation.equivalent {
        let (file, row, column) = test::place(&mutated.licenses, mutant.license, mutant.span);
        line(text, &format!("  {file}:{row}:{column}  {}: has no effect ({proof})", escape(&mutant.text)));
    }
    line(text, "");
}

fn line(text: &mut String, line: &str) {
    let _ = writeln!(text, "{}", line.trim_end());
}
