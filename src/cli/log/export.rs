//! `keywright log export`: entries as JSON or CSV.

use std::ops::ControlFlow;

use clap::ValueEnum;

use keywright_issue::log::{Filter, Log, Record};
use keywright_report::escape::escape;
use keywright_verify::{KeyText, Payload};

use super::broken::Broken;
use crate::{CliError, Console, Exit};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// One JSON object per line
    Json,
    /// CSV with a header row
    Csv,
}

const COLUMNS: [&str; 15] = [
    "entry", "issue", "issued", "key", "vendor", "customer", "sn", "feature", "ends", "template", "file",
    "order", "digest", "KEY", "hash",
];

/// Writes all entries.
pub(super) fn export(log: &Log, format: LogFormat, io: &mut Console<'_>) -> Result<Exit, CliError> {
    if let Some(header) = format.header(&[]) {
        writeln!(io.stdout, "{header}")?;
    }
    let exported = log.each::<Broken>(&Filter::All, |known| {
        writeln!(io.stdout, "{}", format.row(&known, &[], &[]))?;
        Ok(ControlFlow::Continue(()))
    });
    exported.map_err(|Broken(stop)| stop)?;
    Ok(Exit::Success)
}

impl LogFormat {
    /// Returns the first line, with columns added at the end.
    pub(super) fn header(self, added: &[&str]) -> Option<String> {
        (self == Self::Csv).then(|| [COLUMNS.as_slice(), added].concat().join(","))
    }

    /// Returns the line of an entry, with the values of columns added at the end.
    pub(super) fn row(self, known: &Record, names: &[&str], added: &[String]) -> String {
        match self {
            Self::Json => json(known, names, added),
            Self::Csv => csv(known, added),
        }
    }
}

fn values(known: &Record) -> [String; 15] {
    let Record { seq, first, hash, issue, entry } = known;
    let key = KeyText { key: issue.key, signature: entry.signature };
    [
        seq.to_string(),
        first.to_string(),
        issue.issued_at.clone(),
        issue.key.to_string(),
        issue.vendor.clone(),
        issue.customer.clone(),
        issue.sn.clone(),
        entry.feature.clone(),
        entry.ends.clone(),
        entry.template.clone(),
        issue.file.clone(),
        issue.order.to_string(),
        entry.digest.to_string(),
        key.encode(),
        hash.to_string(),
    ]
}

fn json(known: &Record, names: &[&str], added: &[String]) -> String {
    let columns = COLUMNS.iter().chain(names).zip(values(known).into_iter().chain(added.iter().cloned()));
    let mut object: serde_json::Map<String, serde_json::Value> = columns
        .map(|(name, value)| ((*name).to_owned(), serde_json::Value::from(escape(&value).into_owned())))
        .collect();
    object.insert("entry".to_owned(), known.seq.into());
    object.insert("issue".to_owned(), known.first.into());
    let signed = Payload::decode(&known.entry.payload).unwrap_or_default();
    let signed = signed.into_iter().map(|(name, value)| serde_json::json!([name, escape(&value)]));
    object.insert("signed".to_owned(), signed.collect());
    serde_json::Value::from(object).to_string()
}

/// Formats a CSV row. A leading apostrophe protects text that a spreadsheet would read as a formula.
fn csv(known: &Record, added: &[String]) -> String {
    let values = values(known).into_iter().chain(added.iter().cloned());
    let cells = values.map(|value| {
        let value = escape(&value).replace('"', "\"\"");
        let formula = value.starts_with(['=', '+', '-', '@']);
        format!("\"{}{value}\"", if formula { "'" } else { "" })
    });
    cells.collect::<Vec<String>>().join(",")
}
