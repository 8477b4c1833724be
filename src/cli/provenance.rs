//! What the issue log says of the blocks of some files: whether we issued them, whether they were replaced, and which
//! directive was changed.

use std::path::Path;

use crate::author::log::{self, Filter, Log, Numbered};
use crate::license::{Feature, License};
use crate::report::verify::{LogChange, LogEntry, LogReport, LogState, Logged};
use crate::sign::{FileReport, KeyText, Payload, Trust};

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
    log.check(trust, None).map_err(|fault| {
        let stop = failed(&fault);
        Stop { message: format!("the log is not as it was written: {}", stop.message), ..stop }
    })?;
    let mut report = LogReport::default();
    for (license, file) in licenses.iter().zip(files) {
        let mut blocks = Vec::with_capacity(file.blocks.len());
        for block in &file.blocks {
            let at = license.features.binary_search_by_key(&block.span, |feature| feature.span);
            let feature = at.ok().and_then(|at| license.features.get(at));
            blocks.push(feature.map(|feature| look_up_block(&log, license, feature)).transpose()?);
        }
        report.files.push(blocks);
    }
    Ok(report)
}

fn look_up_block(log: &Log, license: &License, feature: &Feature) -> Result<Logged, Stop> {
    let find = |filter: Filter| log.entries(&filter, usize::MAX).map_err(|fault| failed(&fault));
    let payload = Payload::of(license, feature);
    if let Some(known) = find(Filter::Digest(payload.digest()))?.into_iter().next_back() {
        let later = find(Filter::Sn(known.entry.sn.clone()))?.into_iter().rev();
        let later = later.take_while(|other| other.seq > known.seq).find(|other| {
            other.entry.feature == known.entry.feature
                && other.entry.digest != known.entry.digest
                && other.entry.order != known.entry.order
        });
        return Ok(Logged {
            state: if later.is_some() { LogState::Replaced } else { LogState::Issued },
            changes: later.as_ref().map(|later| changes(&known, &later.entry.payload)).unwrap_or_default(),
            replaced_by: later.map(|later| later.seq),
            entry: Some(entry(&known)),
        });
    }
    let key = license.value(feature, "KEY").and_then(|key| KeyText::parse(&key).ok());
    let by_key = match key {
        Some(key) => find(Filter::Signature(key.signature))?.into_iter().next_back(),
        None => None,
    };
    let by_name = match (&by_key, license.value(feature, "SN")) {
        (None, Some(sn)) => find(Filter::Sn(sn.into_owned()))?
            .into_iter()
            .rfind(|known| known.entry.feature == feature.name.value.as_str()),
        _ => None,
    };
    let known = by_key.or(by_name);
    Ok(Logged {
        state: if known.is_some() { LogState::Changed } else { LogState::NotIssued },
        changes: known.as_ref().map(|known| changes(known, payload.as_bytes())).unwrap_or_default(),
        replaced_by: None,
        entry: known.as_ref().map(entry),
    })
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
