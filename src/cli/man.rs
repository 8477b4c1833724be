//! `keywright man`: manual pages.

use std::path::{Path, PathBuf};

use super::{CliError, Console, Exit, files};

/// Generate manual pages
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  keywright man | man -l -\n  keywright man -o ~/.local/share/man/man1")]
pub struct Args {
    /// Directory for one page per command; by default the main page goes to stdout
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Runs the command. `definition` is that of the command line.
///
/// # Errors
/// Returns an error if the pages cannot be written.
pub fn run(args: &Args, definition: &clap::Command, io: &mut Console<'_>) -> Result<Exit, CliError> {
    match &args.output {
        Some(directory) => {
            std::fs::create_dir_all(directory).map_err(|error| {
                CliError::failure(format!(
                    "cannot create `{}`: {}",
                    files::display_name(directory),
                    files::io_reason(&error)
                ))
            })?;
            pages(definition, directory, "")?;
        }
        None => io.stdout.write_all(&page(definition)?)?,
    }
    Ok(Exit::Success)
}

fn page(command: &clap::Command) -> Result<Vec<u8>, CliError> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

/// Writes one page per command, named `keywright-sign.1` and so on.
fn pages(command: &clap::Command, directory: &Path, before: &str) -> Result<(), CliError> {
    let name = format!("{before}{}", command.get_name());
    files::write(&directory.join(format!("{name}.1")), &page(&command.clone().name(name.clone()))?)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        pages(sub, directory, &format!("{name}-"))?;
    }
    Ok(())
}
