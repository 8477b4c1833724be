//! `keywright completions`: shell completions.

use clap_complete::Shell;
use clap_complete::env::Shells;

use super::candidates::VARIABLE;
use super::{CliError, Console, Exit};

/// Generate shell completions
///
/// The script runs keywright at every completion. It completes commands, options and files, and also templates, rule
/// codes, the features of the license files in the working directory, and the key ids of the trust store `keys`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  keywright completions bash > ~/.local/share/bash-completion/completions/keywright"
)]
pub struct Args {
    /// Shell
    shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// Returns an error if stdout cannot be written.
pub fn run(args: &Args, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let name = args.shell.to_string();
    let shells = Shells::builtins();
    let shell = shells
        .completer(&name)
        .ok_or_else(|| CliError::usage(format!("no completions for the shell `{name}`")))?;
    let mut script = Vec::new();
    shell.write_registration(VARIABLE, "keywright", "keywright", "keywright", &mut script)?;
    io.stdout.write_all(&script)?;
    Ok(Exit::Success)
}
