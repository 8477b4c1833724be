//! `keywright log upgrade`: a log of an older version is changed to the current one.

use std::path::Path;

use keywright_report::escape::escape;

use crate::issue::failed;
use crate::{CliError, Console, Exit, files};

pub(super) fn upgrade(path: &Path, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let old = keywright_issue::log::upgrade(path).map_err(|fault| failed(&fault))?;
    let name = escape(&files::display_name(path)).into_owned();
    let current = keywright_issue::log::CURRENT_VERSION;
    if old == current {
        writeln!(io.stdout, "{name}: already has version {current}")?;
    } else {
        writeln!(
            io.stdout,
            "{name}: changed from version {old} to {current}; entries and head are the same"
        )?;
    }
    Ok(Exit::Success)
}
