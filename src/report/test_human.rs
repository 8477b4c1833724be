//! Scenario runs for people: every scenario on a line, and under a failing row what was expected beside what there was.

use std::fmt::Write as _;

use crate::scenario::{Check, RowResult, ScenarioResult};
use crate::source::SourceFile;

use super::counted;
use super::escape::escape;
use super::test::{TestReport, TestedFile};

/// Colours or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether results are coloured.
    pub color: bool,
}

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const OFF: &str = "\u{1b}[0m";

impl Style {
    fn paint(self, color: &str, text: &str) -> String {
        if self.color { format!("{color}{text}{OFF}") } else { text.to_owned() }
    }
}

/// The report; its last line counts what passed and failed.
#[must_use]
pub fn render(report: &TestReport, style: Style) -> String {
    let mut text = String::new();
    for file in &report.files {
        render_file(&mut text, file, style);
    }
    if report.not_played > 0 {
        let files = counted(report.not_played, "file");
        line(&mut text, &format!("{files} could not be played"));
    }
    let (passed, failed) = report.counts();
    let good = failed == 0 && report.not_played == 0;
    let summary = format!("{passed} passed, {failed} failed");
    line(&mut text, &style.paint(if good { GREEN } else { RED }, &summary));
    text
}

fn render_file(text: &mut String, file: &TestedFile, style: Style) {
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

fn render_failure(text: &mut String, source: &SourceFile, result: &ScenarioResult, style: Style) {
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

/// A small table: what was compared, what was expected, what there was.
fn render_checks(text: &mut String, row: &RowResult, style: Style) {
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

fn line(text: &mut String, line: &str) {
    let _ = writeln!(text, "{}", line.trim_end());
}
