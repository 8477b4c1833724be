//! `keywright log find`: entries with COUNT and the state of their license.

use std::ops::ControlFlow;

use jiff::civil::Date;

use keywright_issue::log::{Filter, Log, Record};
use keywright_report::escape::escape;
use keywright_report::file_answer::IssuedState;
use keywright_report::log_json::FoundEntry;
use keywright_verify::Payload;

use super::broken::Broken;
use super::export::LogFormat;
use super::list::matches;
use crate::issue::known_revocations;
use crate::log_answers::Answers;
use crate::trust_args::TrustArgs;
use crate::{CliError, Console, Exit};

/// The columns that CSV has in addition to those of `log export`.
const ADDED: [&str; 2] = ["count", "state"];

/// The columns of the text with their widths. Longer values move the rest of their line.
const COLUMNS: [(&str, usize); 8] = [
    ("entry", 6),
    ("issued", 10),
    ("SN", 14),
    ("feature", 16),
    ("COUNT", 9),
    ("ends", 10),
    ("state", 22),
    ("customer", 0),
];

/// The arguments of the command.
pub(super) struct Wanted<'a> {
    pub(super) text: &'a str,
    pub(super) format: Option<LogFormat>,
    /// Day of the states.
    pub(super) at: Date,
}

/// Lists the entries that contain a text, or writes them in a format.
pub(super) fn find(
    Wanted { text, format, at }: Wanted<'_>,
    trust: &TrustArgs,
    log: &Log,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let wanted = text.to_lowercase();
    let revocations = known_revocations(trust, io)?;
    let mut states = Answers::new(log, &revocations, at);
    let mut found = 0;
    let listed = log.each::<Broken>(&Filter::All, |known| {
        if !matches(&known, &wanted) {
            return Ok(ControlFlow::Continue(()));
        }
        if found == 0
            && let Some(head) = format.map_or_else(|| Some(head()), |format| format.header(&ADDED))
        {
            writeln!(io.stdout, "{head}")?;
        }
        found += 1;
        let state = words(&states.of_entry(&known).map_err(Broken)?);
        let count = count(&known);
        let line = match format {
            None => line(&known, count, state),
            Some(format) => format.row(&known, Some(FoundEntry { count: &count, state: &state }))?,
        };
        writeln!(io.stdout, "{line}")?;
        Ok(ControlFlow::Continue(()))
    });
    listed.map_err(|Broken(stop)| stop)?;
    if found > 0 {
        return Ok(Exit::Success);
    }
    io.note(&format!("no entry contains `{}`", escape(text)))?;
    Ok(Exit::Findings)
}

fn count(known: &Record) -> String {
    let signed = Payload::decode(&known.entry.payload).unwrap_or_default();
    signed.into_iter().find(|(name, _)| name == "COUNT").map_or_else(String::new, |(_, count)| count)
}

/// Returns a state in short form.
fn words(state: &IssuedState) -> String {
    match state {
        IssuedState::Current => "current".to_owned(),
        IssuedState::Ended(_) => "ended".to_owned(),
        IssuedState::Corrected(_) => "issued again".to_owned(),
        IssuedState::Replaced(sn, _) => format!("replaced by {sn}"),
        IssuedState::Renewed(sn, _) => format!("renewed by {sn}"),
        IssuedState::Revoked(_) => "revoked".to_owned(),
    }
}

fn head() -> String {
    padded(&COLUMNS.map(|(name, _)| name.to_owned()))
}

fn line(known: &Record, count: String, state: String) -> String {
    let Record { seq, issue, entry, .. } = known;
    let day = issue.issued_at.get(..10).unwrap_or_default().to_owned();
    let ends = if entry.ends.is_empty() { "no end".to_owned() } else { entry.ends.clone() };
    let (sn, feature, customer) = (issue.sn.clone(), entry.feature.clone(), issue.customer.clone());
    padded(&[seq.to_string(), day, sn, feature, count, ends, state, customer])
}

fn padded(cells: &[String; 8]) -> String {
    let cells = cells.iter().zip(COLUMNS).map(|(cell, (_, width))| format!("{:width$}", escape(cell)));
    cells.collect::<Vec<_>>().join("  ")
}
