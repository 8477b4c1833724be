//! `keywright completions`: shell completions from the command line's own definition.

use clap_complete::Shell;

use super::{Exit, Io, Stop};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  keywright completions bash > ~/.local/share/bash-completion/completions/keywright"
)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// When stdout cannot be written.
pub fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::definition(), "keywright", &mut script);
    io.stdout.write_all(&script)?;
    Ok(Exit::Yes)
}
