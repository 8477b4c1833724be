//! Human-readable statements: for each period one line per price, and the total.

use std::fmt::Write as _;

use keywright_resolve::{Billed, Line, Statement};

use super::escape::escape;
use super::test::TestReport;

/// Renders all statements of a run, grouped by scenario.
#[must_use]
pub fn render(report: &TestReport) -> String {
    let mut text = String::new();
    for file in &report.files {
        for result in file.results.iter().filter(|result| !result.statements.is_empty()) {
            let _ = writeln!(text, "{}: {}", escape(file.source.name()), escape(&result.name));
            result.statements.iter().for_each(|statement| render_one(&mut text, statement));
        }
    }
    if text.is_empty() { "no scenario used a METERED license\n".to_owned() } else { text }
}

fn render_one(text: &mut String, statement: &Statement) {
    let Statement { feature, start, end, used, minimum, .. } = statement;
    let open = if statement.closed { "" } else { ", not yet closed" };
    let committed = if *minimum > 0 { format!(", {minimum} committed") } else { String::new() };
    let _ = writeln!(
        text,
        "  {} {}, {start} to {end}{open}: {used} used{committed}",
        escape(feature),
        statement.billed.as_str()
    );
    if statement.billed == Billed::ByQuantity {
        return;
    }
    let currency = statement.currency.map(|currency| currency.to_string()).unwrap_or_default();
    for line in &statement.lines {
        let range = range(line);
        let price = line.price.map(|price| format!("× {price} {currency}")).unwrap_or_default();
        let amount = line.amount.map_or_else(|| "too large".to_owned(), |amount| amount.to_string());
        let (kind, units) = (line.kind.as_str(), line.units);
        let _ = writeln!(text, "    {kind:10}  {range:>21}  {units:>10} {price:16}  {amount:>14} {currency}");
    }
    let total = statement.total.map_or_else(|| "too large".to_owned(), |total| total.to_string());
    let _ = writeln!(text, "    {:10}  {:>21}  {:>10} {:16}  {total:>14} {currency}", "total", "", "", "");
}

/// The token numbers of a line within its period.
fn range(line: &Line) -> String {
    format!("{} to {}", line.from, line.from.saturating_add(line.units.saturating_sub(1)))
}
