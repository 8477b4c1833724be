//! The trust store that a command goes by, and the secret key it signs with.

use std::path::{Path, PathBuf};

use crate::sign::{KeyFileError, Label, SecretKey, Trust, TrustError, TrustedKey, disk, read_secret_key};

use super::passphrase::PassphraseArgs;
use super::{Exit, Io, Stop, file};

/// Whom to trust.
#[derive(Debug, clap::Args)]
pub struct TrustArgs {
    /// Folder of the trust store
    #[arg(long, value_name = "DIR", default_value = "keys")]
    pub trust: PathBuf,
}

impl TrustArgs {
    /// The trust store.
    ///
    /// # Errors
    /// When there is none, it is faulty, or it trusts nobody.
    pub fn load(&self) -> Result<Trust, Stop> {
        let trust = disk::load_trust(&self.trust).map_err(|error| stop(&self.trust, &error))?;
        if trust.is_empty() {
            return Err(Stop::usage(format!("the trust store `{}` holds no key", file::shown(&self.trust)))
                .help("`keywright keys new --vendor NAME` makes a key and adds it"));
        }
        Ok(trust)
    }
}

/// A fault of a trust store, for the user.
pub(super) fn stop(folder: &Path, error: &TrustError) -> Stop {
    let stop = Stop::usage(format!("the trust store `{}`: {error}", file::shown(folder)));
    match &error.help {
        Some(help) => stop.help(help),
        None => stop,
    }
}

/// A secret key with its entry in the trust store.
pub(super) struct SigningKey<'a> {
    pub(super) key: SecretKey,
    pub(super) trusted: &'a TrustedKey,
}

/// Reads a secret key file and finds the key in the trust store. What the file says of the key in plain text must not
/// contradict the store.
pub(super) fn signing_key<'a>(
    path: &Path,
    passphrase: &PassphraseArgs,
    trust: &'a Trust,
    io: &mut Io<'_>,
) -> Result<SigningKey<'a>, Stop> {
    let (key, label) = read_key(path, passphrase, io)?;
    let id = key.public_key().id();
    let trusted = trust.get(id).filter(|trusted| trusted.key == *key.public_key()).ok_or_else(|| {
        Stop::usage(format!("key {id} of `{}` is not in the trust store", file::shown(path)))
            .help("what it signs would not verify; name the folder that holds it with `--trust DIR`")
    })?;
    let entry = &trusted.entry;
    let contradicted = label.vendor.is_some_and(|vendor| vendor != entry.vendor)
        || label.usage.is_some_and(|usage| usage != entry.usage);
    if contradicted {
        return Err(Stop::usage(format!(
            "the key file `{}` and the trust store disagree on vendor or usage of key {id}",
            file::shown(path)
        ))
        .help("one of the two was altered: find out which before you sign"));
    }
    if let Some(weakness) = label.weakness {
        io.say(&format!("warning: {weakness}"))?;
    }
    Ok(SigningKey { key, trusted })
}

fn read_key(path: &Path, passphrase: &PassphraseArgs, io: &mut Io<'_>) -> Result<(SecretKey, Label), Stop> {
    let name = file::shown(path);
    let text = disk::read_secret_file(path).map_err(|error| {
        // A refusal says itself what is wrong; only the system's own words are put plainer.
        let why = if error.raw_os_error().is_some() { file::reason(&error) } else { error.to_string() };
        Stop::failure(format!("the key file `{name}`: {why}"))
    })?;
    let read = match read_secret_key(&text, None) {
        Err(KeyFileError::PassphraseNeeded) => {
            let passphrase = passphrase.get(false, io)?;
            read_secret_key(&text, Some(passphrase.as_bytes()))
        }
        read => read,
    };
    read.map_err(|error| {
        let exit = match error {
            KeyFileError::WrongPassphrase | KeyFileError::Contradiction(..) => Exit::Failure,
            _ => Exit::Usage,
        };
        Stop::new(exit, format!("`{name}`: {error}"))
    })
}
