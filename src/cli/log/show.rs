//! `keywright log show`: one entry, or all of a license.

use keywright_issue::log::{IssueKey, Log, Record};
use keywright_report::escape::escape;
use keywright_verify::{KeyText, Payload};

use super::export::LogFormat;
use crate::issue::failed;
use crate::{CliError, Console, Exit};

/// Shows an entry by its number or, if there is no such entry, the last issue of a serial number.
pub(super) fn show(
    what: &str,
    format: Option<LogFormat>,
    log: &Log,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let entries = find(what, log)?;
    if let Some(format) = format {
        format.begin(io)?;
        for known in &entries {
            writeln!(io.stdout, "{}", format.row(known, None)?)?;
        }
        return Ok(Exit::Success);
    }
    for (at, known) in entries.iter().enumerate() {
        if at > 0 {
            writeln!(io.stdout)?;
        }
        show_entry(known, io)?;
    }
    Ok(Exit::Success)
}

fn find(what: &str, log: &Log) -> Result<Vec<Record>, CliError> {
    let number = what.parse::<i64>().ok();
    let entry = number.map_or(Ok(None), |number| log.entry(number)).map_err(|fault| failed(&fault))?;
    if let Some(known) = entry {
        return Ok(vec![known]);
    }
    let issue = log.last_issue(IssueKey::Sn(what), |_| false).map_err(|fault| failed(&fault))?;
    issue.ok_or_else(|| {
        let kind = if number.is_some() { "entry" } else { "serial number" };
        CliError::new(Exit::Findings, format!("{kind} `{what}` not found in the log"))
            .help("give an entry number or a serial number; `keywright log find TEXT` searches for them")
    })
}

fn show_entry(known: &Record, io: &mut Console<'_>) -> Result<(), CliError> {
    let Record { seq, first, hash, issue, entry } = known;
    let key = KeyText { key: issue.key, signature: entry.signature };
    let rows = [
        ("entry", seq.to_string()),
        ("issue", first.to_string()),
        ("issued", issue.issued_at.clone()),
        ("key", issue.key.to_string()),
        ("customer", issue.customer.clone()),
        ("file", issue.file.clone()),
        ("template", entry.template.clone()),
        ("order", issue.order.to_string()),
        ("digest", entry.digest.to_string()),
        ("KEY", key.encode()),
        ("hash", hash.to_string()),
    ];
    for (name, value) in rows {
        writeln!(io.stdout, "{name:<9} {}", escape(&value))?;
    }
    writeln!(io.stdout, "signed:")?;
    for (name, value) in Payload::decode(&entry.payload).unwrap_or_default() {
        writeln!(io.stdout, "  {}={}", escape(&name), escape(&value))?;
    }
    Ok(())
}
