//! `keywright log list`: the last entries, one a line.

use std::ops::ControlFlow;

use keywright_issue::log::{Filter, Log, Record};
use keywright_report::escape::escape;

use super::broken::Broken;
use super::export::{LogFormat, export};
use crate::issue::failed;
use crate::{CliError, Console, Exit};

/// Lists the last entries, or writes them in a format.
pub(super) fn last(
    log: &Log,
    most: usize,
    format: Option<LogFormat>,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let head = log.head().map_err(|fault| failed(&fault))?;
    let first = head.seq.saturating_sub(i64::try_from(most).unwrap_or(i64::MAX));
    if let Some(format) = format {
        return export(log, &Filter::After(first), format, io);
    }
    list(log, &Filter::After(first), |_| true, io)?;
    Ok(Exit::Success)
}

/// Returns true if one of the searchable fields contains a lower-case text.
pub(super) fn matches(known: &Record, text: &str) -> bool {
    let Record { issue, entry, .. } = known;
    let key = issue.key.to_string();
    let fields = [&issue.customer, &issue.sn, &entry.feature, &issue.file, &key];
    fields.iter().any(|field| field.to_lowercase().contains(text))
}

/// Lists the matching entries, and returns their number.
fn list(
    log: &Log,
    filter: &Filter,
    mut wanted: impl FnMut(&Record) -> bool,
    io: &mut Console<'_>,
) -> Result<usize, CliError> {
    let mut found = 0;
    let listed = log.each::<Broken>(filter, |known| {
        if wanted(&known) {
            found += 1;
            writeln!(io.stdout, "{}", row(&known))?;
        }
        Ok(ControlFlow::Continue(()))
    });
    listed.map_err(|Broken(stop)| stop)?;
    Ok(found)
}

fn row(known: &Record) -> String {
    let Record { seq, issue, entry, .. } = known;
    let ends = if entry.ends.is_empty() { "no end" } else { entry.ends.as_str() };
    format!(
        "{seq:>6}  {}  {}  {}  {ends}  {}",
        escape(&issue.issued_at),
        escape(&issue.sn),
        escape(&entry.feature),
        escape(&issue.customer)
    )
}
