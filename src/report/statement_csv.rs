//! CSV statements: one row per statement line. New columns are only added at the end.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::escape::escape;
use super::test::TestReport;

const HEAD: &str =
    "file,scenario,feature,billed,start,end,closed,used,minimum,line,from,units,price,amount,total,currency";

/// Renders all statements of a run.
#[must_use]
pub fn render(report: &TestReport) -> String {
    let mut text = format!("{HEAD}\n");
    for file in &report.files {
        for result in &file.results {
            let lead = format!("{},{}", field(file.source.name()), field(&result.name));
            for it in &result.statements {
                let total = it.total.map(|total| total.to_string()).unwrap_or_default();
                let currency = it.currency.map(|currency| currency.to_string()).unwrap_or_default();
                for line in &it.lines {
                    let number = |it: Option<rust_decimal::Decimal>| it.map(|it| it.to_string());
                    let _ = writeln!(
                        text,
                        "{lead},{},{},{},{},{},{},{},{},{},{},{},{},{total},{currency}",
                        field(&it.feature),
                        it.billed.as_str(),
                        it.start,
                        it.end,
                        it.closed,
                        it.used,
                        it.minimum,
                        line.kind.as_str(),
                        line.from,
                        line.units,
                        number(line.price).unwrap_or_default(),
                        number(line.amount).unwrap_or_default(),
                    );
                }
            }
        }
    }
    text
}

/// Quotes a field if necessary. Text that a spreadsheet would run as a formula is prefixed with `'`.
fn field(text: &str) -> Cow<'_, str> {
    let text = escape(text);
    let formula = text.starts_with(['=', '+', '-', '@']);
    if !formula && !text.contains([',', '"', '\n', '\r']) {
        return text;
    }
    let mark = if formula { "'" } else { "" };
    Cow::Owned(format!("\"{mark}{}\"", text.replace('"', "\"\"")))
}
