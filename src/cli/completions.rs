//! `keywright completions`: shell completions.

use clap_complete::Shell;

use super::{CliError, Console, Exit};

/// Generate shell completions
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  keywright completions bash > ~/.local/share/bash-completion/completions/keywright"
)]
pub struct Args {
    /// Shell
    shell: Shell,
}

/// Runs the command. `definition` is that of the command line.
///
/// # Errors
/// Returns an error if stdout cannot be written.
pub fn run(args: &Args, mut definition: clap::Command, io: &mut Console<'_>) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition, "keywright", &mut script);
    io.stdout.write_all(&script)?;
    Ok(Exit::Success)
}
