//! Passphrases from a prompt, a file or a descriptor; never from an argument or the environment.

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use keywright_sign::{normal_passphrase, store_fs};

use super::{CliError, Console, Exit, files};

/// Maximum length of a passphrase in bytes.
const LONGEST: u64 = 4096;

/// Sources of a passphrase other than the prompt.
#[derive(Debug, Clone, clap::Args)]
pub struct PassphraseArgs {
    /// File containing the passphrase (must be mode 0600)
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_fd")]
    passphrase_file: Option<PathBuf>,
    /// File descriptor to read the passphrase from; 0 is standard input
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl PassphraseArgs {
    /// Returns true if the passphrase is read from standard input, which cannot be used for anything else then.
    #[must_use]
    pub fn takes_stdin(&self) -> bool {
        self.passphrase_fd == Some(0)
    }

    /// Returns true if an option gives the passphrase.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.passphrase_file.is_some() || self.passphrase_fd.is_some()
    }

    /// Returns the passphrase from the option or from a prompt. A new one is asked for twice.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, is empty, or no prompt is possible.
    pub fn get(&self, new: bool, io: &mut Console<'_>) -> Result<Zeroizing<String>, CliError> {
        obtain(self.passphrase_file.as_deref(), self.passphrase_fd, new, "--passphrase", io)
    }
}

/// Sources of a new passphrase, for commands that also need the old one.
#[derive(Debug, clap::Args)]
pub struct NewPassphraseArgs {
    /// File containing the new passphrase (must be mode 0600)
    #[arg(long, value_name = "FILE", conflicts_with = "new_passphrase_fd")]
    new_passphrase_file: Option<PathBuf>,
    /// File descriptor to read the new passphrase from
    #[arg(long, value_name = "N")]
    new_passphrase_fd: Option<u32>,
}

impl NewPassphraseArgs {
    /// Returns true if an option gives the new passphrase.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.new_passphrase_file.is_some() || self.new_passphrase_fd.is_some()
    }

    /// Returns the new passphrase from the option, or from a prompt that asks twice.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, is empty, or no prompt is possible.
    pub fn get(&self, io: &mut Console<'_>) -> Result<Zeroizing<String>, CliError> {
        obtain(self.new_passphrase_file.as_deref(), self.new_passphrase_fd, true, "--new-passphrase", io)
    }
}

/// Returns the passphrase. The names of the options for it begin with `option`.
fn obtain(
    file: Option<&Path>,
    descriptor: Option<u32>,
    new: bool,
    option: &str,
    io: &mut Console<'_>,
) -> Result<Zeroizing<String>, CliError> {
    let passphrase = if let Some(path) = file {
        if files::is_stdin(path) {
            return Err(CliError::usage(format!(
                "`{option}-file -`: a passphrase file cannot be standard input"
            ))
            .help(format!("use `{option}-fd 0` to read the passphrase from standard input")));
        }
        store_fs::read_secret_file(path).map_err(|error| {
            CliError::usage(format!(
                "cannot use the passphrase file `{}`: {}",
                files::display_name(path),
                files::secret_reason(&error)
            ))
        })?
    } else if let Some(number) = descriptor {
        from_descriptor(number, io)?
    } else {
        prompt(new, option, io)?
    };
    let passphrase = without_mark(without_line_end(&passphrase));
    if passphrase.is_empty() {
        return Err(CliError::usage("empty passphrase"));
    }
    // A key file is encrypted with the form that every keyboard and editor can produce again.
    Ok(if new { normal_passphrase(passphrase) } else { Zeroizing::new(passphrase.to_owned()) })
}

/// Removes the byte order mark that some editors write at the beginning of a file.
fn without_mark(text: &str) -> &str {
    text.strip_prefix(keywright_syntax::source::BOM).unwrap_or(text)
}

fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn from_descriptor(number: u32, io: &mut Console<'_>) -> Result<Zeroizing<String>, CliError> {
    let cannot =
        |why: String| CliError::usage(format!("cannot read the passphrase from descriptor {number}: {why}"));
    if number == 0 {
        return bounded(&mut *io.stdin).map_err(cannot);
    }
    if !cfg!(unix) {
        return Err(cannot("only descriptor 0 is supported on this system".to_owned()));
    }
    let file =
        std::fs::File::open(format!("/dev/fd/{number}")).map_err(|error| cannot(files::io_reason(&error)))?;
    bounded(file).map_err(cannot)
}

fn bounded(reader: impl Read) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::with_capacity(8192));
    reader.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| files::io_reason(&error))?;
    if text.len() as u64 > LONGEST {
        return Err("the passphrase is too long".to_owned());
    }
    Ok(text)
}

fn prompt(new: bool, option: &str, io: &Console<'_>) -> Result<Zeroizing<String>, CliError> {
    if !io.interactive {
        return Err(CliError::usage("a passphrase is required, but there is no terminal to ask for it")
            .help(format!("use `{option}-file FILE` or `{option}-fd N`")));
    }
    let ask = |text: &str| {
        rpassword::prompt_password(text).map(Zeroizing::new).map_err(|error| {
            CliError::failure(format!("cannot read the passphrase: {}", files::io_reason(&error)))
        })
    };
    if !new {
        return ask("Passphrase: ");
    }
    let (first, second) = (ask("New passphrase: ")?, ask("Repeat passphrase: ")?);
    if first == second { Ok(first) } else { Err(CliError::new(Exit::Usage, "the passphrases do not match")) }
}
