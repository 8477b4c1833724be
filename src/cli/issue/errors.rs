//! Errors of orders, plans and the log, as errors of the command line.

use keywright_issue::Refused;

use crate::new::refused;
use crate::{CliError, Console, Exit};

/// Maximum number of refused orders that are listed; the others are counted.
pub(super) const MAX_REPORTED: usize = 50;

/// Converts an error of the log or a plan: the command has no result.
pub(crate) fn failed(fault: &keywright_issue::Fault) -> CliError {
    CliError { exit: Exit::Failure, ..refused(fault) }
}

/// Prints why orders were refused, in file order, up to a limit.
pub(super) fn report(all: &[Refused], io: &mut Console<'_>) -> Result<(), CliError> {
    let mut faults: Vec<&keywright_issue::Fault> = all.iter().flat_map(|refused| &refused.faults).collect();
    faults.sort_by(|one, other| (&one.file, one.place).cmp(&(&other.file, other.place)));
    for fault in faults.iter().take(MAX_REPORTED) {
        io.error(&refused(fault))?;
    }
    if faults.len() > MAX_REPORTED {
        io.note(&format!("… and {} more", faults.len() - MAX_REPORTED))?;
    }
    Ok(())
}
