//! What the issue log says of the blocks of some files: whether we issued them, whether they were replaced, and which
//! directive was changed.

use std::path::Path;

use crate::author::log::{self, Later, Log, Numbered, Provenance, Wanted};
use crate::license::License;
use crate::report::verify::{LogChange, LogEntry, LogReport, LogState, Logged};
use crate::sign::{FileReport, Payload, Trust};

use super::Stop;
use super::issue::failed;

/// Looks all blocks up.
///
/// # Errors
/// When the log cannot be read, or is not as it was written.
pub(super) fn look_up(
    path: &Path,
    licenses: &[License],
    files: &[FileReport<'_>],
    trust: &Trust,
) -> Result<LogReport, Stop> {
    let log = Log::open_to_read(path).map_err(|fault| failed(&fault))?;
    let wanted: Vec<Wanted> = licenses.iter().flat_map(Wanted::all_of).collect();
    let found = log.trace(trust, &wanted).map_err(|fault| failed(&fault))?;
    let mut found = found.into_iter();
    let mut report = LogReport::default();
    for (license, file) in licenses.iter().zip(files) {
        let of_features: Vec<Provenance> = found.by_ref().take(license.features.len()).collect();
        let logged = |span| {
            let at = license.features.binary_search_by_key(&span, |feature| feature.span).ok()?;
            let payload = Payload::of(license, license.features.get(at)?);
            Some(logged(of_features.get(at)?, payload.as_bytes()))
        };
        report.files.push(file.blocks.iter().map(|block| logged(block.span)).collect());
    }
    Ok(report)
}

/// What is told of a block that reads `now`.
fn logged(found: &Provenance, now: &[u8]) -> Logged {
    let (state, known, replaced_by, then) = match found {
        Provenance::Issued(known, Later::Same) => (LogState::Issued, Some(known), None, None),
        Provenance::Issued(known, Later::Replaced(later)) => {
            (LogState::Replaced, Some(known), Some(later.seq), Some(later.entry.payload.as_slice()))
        }
        Provenance::Issued(known, Later::Gone(issue)) => (LogState::Dropped, Some(known), Some(*issue), None),
        Provenance::Changed(known) => (LogState::Changed, Some(known), None, Some(now)),
        Provenance::Unknown => (LogState::NotIssued, None, None, None),
    };
    let changes = known.zip(then).map(|(known, then)| changes(known, then)).unwrap_or_default();
    Logged { state, entry: known.map(|known| entry(known)), replaced_by, changes }
}

fn entry(known: &Numbered) -> LogEntry {
    LogEntry {
        number: known.seq,
        issued_at: known.entry.issued_at.clone(),
        sn: known.entry.sn.clone(),
        customer: known.entry.customer.clone(),
    }
}

fn changes(known: &Numbered, now: &[u8]) -> Vec<LogChange> {
    let changes = log::changes(&known.entry.payload, now).into_iter();
    changes
        .map(|change| LogChange { directive: change.directive, was: change.issued, now: change.now })
        .collect()
}
