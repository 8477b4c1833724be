//! Lookup of blocks in the issue log: whether they were issued or replaced, and which directive was changed.

use std::collections::HashMap;
use std::path::Path;

use keywright_issue::log::{self, Log, Provenance, Query, Record, Successor};
use keywright_license::{Feature, License};
use keywright_report::verify::{LogChange, LogEntry, LogReport, LogState, Logged};
use keywright_syntax::source::Span;
use keywright_verify::{FileReport, Payload, Verifier};

use super::CliError;
use super::issue::failed;
use super::log_answers::Answers;

/// Looks up all blocks.
///
/// # Errors
/// Returns an error if the log cannot be read or was modified.
pub(super) fn look_up(
    path: &Path,
    licenses: &[License],
    files: &[FileReport<'_>],
    verifier: &Verifier<'_>,
) -> Result<LogReport, CliError> {
    let log = Log::open_to_read(path).map_err(|fault| failed(&fault))?;
    let wanted: Vec<Vec<Query>> = licenses.iter().map(Query::all_of).collect();
    let found = log.trace(verifier.trust, &wanted.concat()).map_err(|fault| failed(&fault))?;
    let mut answers = Answers::new(&log, verifier.revocations, verifier.at);
    let mut found = found.into_iter();
    let mut report = LogReport::default();
    for (license, file) in licenses.iter().zip(files) {
        let blocks: Vec<Provenance> = found.by_ref().take(license.features.len()).collect();
        report.answers.push(answers.about(&blocks)?);
        let traced = license.features.iter().zip(blocks);
        let traced: HashMap<Span, Logged> =
            traced.map(|(feature, found)| (feature.span, logged(license, feature, found))).collect();
        report.files.push(file.blocks.iter().map(|block| traced.get(&block.span).cloned()).collect());
    }
    Ok(report)
}

fn logged(license: &License, feature: &Feature, found: Provenance) -> Logged {
    let logged = |state, known: &Record, replaced_by, changes| Logged {
        state,
        entry: Some(entry(known)),
        replaced_by,
        changes,
    };
    match found {
        Provenance::Unknown => {
            Logged { state: LogState::NotIssued, entry: None, replaced_by: None, changes: Vec::new() }
        }
        Provenance::Changed(known) => {
            let changes = changes(&known, Payload::from_block(license, feature).as_bytes());
            logged(LogState::Changed, &known, None, changes)
        }
        Provenance::Issued(known, Successor::Same) => logged(LogState::Issued, &known, None, Vec::new()),
        Provenance::Issued(known, Successor::Gone(issue)) => {
            logged(LogState::LeftOut, &known, Some(issue), Vec::new())
        }
        Provenance::Issued(known, Successor::Replaced(later)) => {
            let changes = changes(&known, &later.entry.payload);
            logged(LogState::Replaced, &known, Some(later.seq), changes)
        }
    }
}

fn entry(known: &Record) -> LogEntry {
    LogEntry {
        number: known.seq,
        issued_at: known.issue.issued_at.clone(),
        sn: known.issue.sn.clone(),
        customer: known.issue.customer.clone(),
    }
}

fn changes(known: &Record, now: &[u8]) -> Vec<LogChange> {
    let changes = log::changes(&known.entry.payload, now).into_iter();
    changes
        .map(|change| LogChange { directive: change.directive, was: change.issued, now: change.now })
        .collect()
}
