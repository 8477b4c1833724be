//! JSON statements, version 1. These structs are a public contract: fields are only added. Amounts are strings, so that
//! readers do not round them.

use serde::Serialize;

use keywright_resolve::Statement;

use super::escape::escape;
use super::test::TestReport;
use super::to_json;

#[derive(Debug, Serialize)]
struct StatementsJson {
    version: u32,
    statements: Vec<StatementJson>,
}

#[derive(Debug, Serialize)]
struct StatementJson {
    file: String,
    scenario: String,
    feature: String,
    billed: &'static str,
    start: String,
    end: String,
    closed: bool,
    used: u64,
    minimum: u64,
    lines: Vec<Line>,
    total: Option<String>,
    currency: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    kind: &'static str,
    from: u64,
    units: u64,
    price: Option<String>,
    amount: Option<String>,
}

/// Renders all statements of a run as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn render(report: &TestReport) -> serde_json::Result<String> {
    let mut statements = Vec::new();
    for file in &report.files {
        for result in &file.results {
            let row = |it| row(file.source.name(), &result.name, it);
            statements.extend(result.statements.iter().map(row));
        }
    }
    let mut json = to_json::pretty(&StatementsJson { version: 1, statements })?;
    json.push('\n');
    Ok(json)
}

fn row(file: &str, scenario: &str, statement: &Statement) -> StatementJson {
    let line = |line: &keywright_resolve::Line| Line {
        kind: line.kind.as_str(),
        from: line.from,
        units: line.units,
        price: line.price.map(|price| price.to_string()),
        amount: line.amount.map(|amount| amount.to_string()),
    };
    StatementJson {
        file: escape(file).into_owned(),
        scenario: escape(scenario).into_owned(),
        feature: escape(&statement.feature).into_owned(),
        billed: statement.billed.as_str(),
        start: statement.start.to_string(),
        end: statement.end.to_string(),
        closed: statement.closed,
        used: statement.used,
        minimum: statement.minimum,
        lines: statement.lines.iter().map(line).collect(),
        total: statement.total.map(|total| total.to_string()),
        currency: statement.currency.map(|currency| currency.to_string()),
    }
}
