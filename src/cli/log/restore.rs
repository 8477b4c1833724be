//! `keywright log restore`: a license file as it was issued.

use std::path::Path;

use keywright_issue::log::{IssueKey, Log};
use keywright_license::License;
use keywright_report::escape::escape;
use keywright_verify::Payload;

use crate::issue::failed;
use crate::{CliError, Console, Exit, files};

/// Writes the license file of the last issue of a serial number.
///
/// DECISION: it never replaces a file, which could be another license.
pub(super) fn restore(
    sn: &str,
    output: Option<&Path>,
    log: &Log,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let issue = log.last_issue(IssueKey::Sn(sn), |_| false).map_err(|fault| failed(&fault))?;
    let Some(record) = issue.as_ref().and_then(|issue| issue.first()) else {
        return Err(CliError::new(Exit::Findings, format!("serial number `{sn}` not found in the log"))
            .help("`keywright log find TEXT` searches for serial numbers and customers"));
    };
    let Some(text) = &record.issue.text else {
        return Err(CliError::new(
            Exit::Findings,
            format!("the log does not contain the text of license `{sn}`"),
        )
        .help("it was issued when the log had version 3; `keywright log show SN` shows its blocks"));
    };
    // The hash chain covers the signed values, not the text.
    let license = License::from_text(&record.issue.file, text);
    let digests = license.features.iter().map(|block| Payload::from_block(&license, block).digest());
    if !digests.eq(issue.iter().flatten().map(|known| known.entry.digest)) {
        return Err(CliError::failure(format!(
            "the text of license `{sn}` in the log does not match its entries"
        ))
        .help("the log was changed: run `keywright log verify`, and restore the log from a copy"));
    }
    let path = output.unwrap_or_else(|| Path::new(&record.issue.file));
    if path == Path::new("-") {
        io.stdout.write_all(text.as_bytes())?;
        return Ok(Exit::Success);
    }
    if path.exists() {
        let name = files::display_name(path);
        return Err(CliError::failure(format!("`{name}` already exists"))
            .help("write to another file with `-o FILE`"));
    }
    files::write(path, text.as_bytes())?;
    io.note(&format!(
        "wrote license {} of {} to {}",
        escape(sn),
        escape(&record.issue.customer),
        escape(&files::display_name(path))
    ))?;
    Ok(Exit::Success)
}
