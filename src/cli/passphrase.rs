//! Passphrases: from a prompt, a file or a descriptor; never from an argument or the environment.

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::sign::disk;

use super::{Exit, Io, Stop, file};

/// Most bytes of a passphrase.
const LONGEST: u64 = 4096;

/// Where a passphrase comes from, if not from a prompt.
#[derive(Debug, clap::Args)]
pub struct PassphraseArgs {
    /// File that holds the passphrase, for your eyes alone (mode 0600)
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_fd")]
    passphrase_file: Option<PathBuf>,
    /// Open descriptor that the passphrase is read from; 0 is standard input
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
}

impl PassphraseArgs {
    /// Whether the passphrase comes from standard input, which nothing else can then be read from.
    #[must_use]
    pub fn takes_stdin(&self) -> bool {
        self.passphrase_fd == Some(0)
    }

    /// Whether a passphrase was given by an option.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.passphrase_file.is_some() || self.passphrase_fd.is_some()
    }

    /// The passphrase from the option, or from a prompt; asked for twice if it is new.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or nobody is there to be asked.
    pub fn get(&self, new: bool, io: &mut Io<'_>) -> Result<Zeroizing<String>, Stop> {
        obtain(self.passphrase_file.as_deref(), self.passphrase_fd, new, io)
    }
}

/// Where a new passphrase comes from, where an old one is asked for too.
#[derive(Debug, clap::Args)]
pub struct NewPassphraseArgs {
    /// File that holds the new passphrase, for your eyes alone (mode 0600)
    #[arg(long, value_name = "FILE", conflicts_with = "new_passphrase_fd")]
    new_passphrase_file: Option<PathBuf>,
    /// Open descriptor that the new passphrase is read from
    #[arg(long, value_name = "N")]
    new_passphrase_fd: Option<u32>,
}

impl NewPassphraseArgs {
    /// Whether a passphrase was given by an option.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.new_passphrase_file.is_some() || self.new_passphrase_fd.is_some()
    }

    /// The new passphrase from the option, or from a prompt that asks twice.
    ///
    /// # Errors
    /// When it cannot be read, is empty, or nobody is there to be asked.
    pub fn get(&self, io: &mut Io<'_>) -> Result<Zeroizing<String>, Stop> {
        obtain(self.new_passphrase_file.as_deref(), self.new_passphrase_fd, true, io).map_err(|stop| {
            let names = |help: String| help.replace("--passphrase-", "--new-passphrase-");
            Stop { help: stop.help.map(names), ..stop }
        })
    }
}

fn obtain(
    file: Option<&Path>,
    descriptor: Option<u32>,
    new: bool,
    io: &mut Io<'_>,
) -> Result<Zeroizing<String>, Stop> {
    let passphrase = if let Some(path) = file {
        disk::read_secret_file(path).map_err(|error| {
            Stop::usage(format!(
                "the passphrase file `{}`: {}",
                file::shown(path),
                file::secret_reason(&error)
            ))
        })?
    } else if let Some(number) = descriptor {
        from_descriptor(number, io)?
    } else {
        prompt(new, io)?
    };
    let passphrase = Zeroizing::new(without_line_end(&passphrase).to_owned());
    if passphrase.is_empty() {
        return Err(Stop::usage("the passphrase is empty"));
    }
    Ok(passphrase)
}

fn without_line_end(text: &str) -> &str {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.strip_suffix('\r').unwrap_or(text)
}

fn from_descriptor(number: u32, io: &mut Io<'_>) -> Result<Zeroizing<String>, Stop> {
    let cannot =
        |why: String| Stop::usage(format!("cannot read the passphrase from descriptor {number}: {why}"));
    if number == 0 {
        return bounded(&mut *io.stdin).map_err(cannot);
    }
    if !cfg!(unix) {
        return Err(cannot("this system has only descriptor 0".to_owned()));
    }
    let file =
        std::fs::File::open(format!("/dev/fd/{number}")).map_err(|error| cannot(file::reason(&error)))?;
    bounded(file).map_err(cannot)
}

fn bounded(reader: impl Read) -> Result<Zeroizing<String>, String> {
    let mut text = Zeroizing::new(String::with_capacity(8192));
    reader.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| file::reason(&error))?;
    if text.len() as u64 > LONGEST {
        return Err("it is too long".to_owned());
    }
    Ok(text)
}

fn prompt(new: bool, io: &Io<'_>) -> Result<Zeroizing<String>, Stop> {
    if !io.interactive {
        return Err(Stop::usage("a passphrase is needed, and nobody can be asked for it")
            .help("use `--passphrase-file FILE` or `--passphrase-fd N`"));
    }
    let ask = |text: &str| {
        rpassword::prompt_password(text).map(Zeroizing::new).map_err(|error| {
            Stop::failure(format!("cannot ask for the passphrase: {}", file::reason(&error)))
        })
    };
    if !new {
        return ask("Passphrase: ");
    }
    let (first, second) = (ask("New passphrase: ")?, ask("Once more: ")?);
    if first == second { Ok(first) } else { Err(Stop::new(Exit::Usage, "the two passphrases differ")) }
}
