//! `keywright log export`: entries as JSON or CSV.

use std::ops::ControlFlow;

use clap::ValueEnum;

use keywright_issue::log::{Filter, Log, Record};
use keywright_report::escape::escape;
use keywright_report::log_json::{self, FoundEntry};
use keywright_verify::KeyText;

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

/// Writes entries.
pub(super) fn export(
    log: &Log,
    filter: &Filter,
    format: LogFormat,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    format.begin(io)?;
    let exported = log.each::<Broken>(filter, |known| {
        writeln!(io.stdout, "{}", format.row(&known, None)?)?;
        Ok(ControlFlow::Continue(()))
    });
    exported.map_err(|Broken(stop)| stop)?;
    Ok(Exit::Success)
}

impl LogFormat {
    /// Writes the part before the entries.
    pub(super) fn begin(self, io: &mut Console<'_>) -> Result<(), CliError> {
        if let Some(header) = self.header(&[]) {
            writeln!(io.stdout, "{header}")?;
        }
        Ok(())
    }

    /// Returns the first line, with columns added at the end.
    pub(super) fn header(self, added: &[&str]) -> Option<String> {
        (self == Self::Csv).then(|| [COLUMNS.as_slice(), added].concat().join(","))
    }

    /// Returns the line of an entry, with what `log find` adds.
    pub(super) fn row(self, known: &Record, found: Option<FoundEntry<'_>>) -> Result<String, CliError> {
        match self {
            Self::Json => Ok(log_json::entry(known, found)?),
            Self::Csv => Ok(csv(known, found)),
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

/// Formats a CSV row. A leading apostrophe protects text that a spreadsheet would read as a formula.
fn csv(known: &Record, found: Option<FoundEntry<'_>>) -> String {
    let added = found.into_iter().flat_map(|found| [found.count.to_owned(), found.state.to_owned()]);
    let values = values(known).into_iter().chain(added);
    let cells = values.map(|value| {
        let value = escape(&value).replace('"', "\"\"");
        let formula = value.starts_with(['=', '+', '-', '@']);
        format!("\"{}{value}\"", if formula { "'" } else { "" })
    });
    cells.collect::<Vec<String>>().join(",")
}
