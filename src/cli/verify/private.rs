//! Messages of other parts of the program under `--redact`: they can quote files and their names, so none is shown.

use crate::{CliError, Console};

/// Help for a message that is not shown.
pub(super) const HELP: &str = "run the command again without `--redact` to see the reason";

/// Runs a part of the command. With `redact`, its error becomes a fixed one about `what`, and its messages on stderr are
/// counted instead of shown: what is not known to be harmless is masked.
///
/// # Errors
/// Returns the errors of `run`.
pub(super) fn run<T>(
    redact: bool,
    what: &str,
    io: &mut Console<'_>,
    run: impl FnOnce(&mut Console<'_>) -> Result<T, CliError>,
) -> Result<T, CliError> {
    if !redact {
        return run(io);
    }
    let mut messages = Vec::new();
    let result = run(&mut Console {
        stderr: &mut messages,
        stdin: io.stdin,
        stdout: io.stdout,
        config: io.config.clone(),
        ..*io
    });
    if !messages.is_empty() {
        io.note(&format!("warning: messages about {what} are masked; {HELP}"))?;
    }
    result.map_err(|stop| CliError::new(stop.exit, format!("cannot use {what}")).help(HELP))
}
