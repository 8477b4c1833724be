//! The trust store that a command uses, and the secret key it signs with.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;
use zeroize::Zeroizing;

use keywright_report::escape::escape;
use keywright_sign::{
    Judged, KeyFileError, LAST_SEEN, Label, LastSeen, MAX_REVOCATION_LIST, Refused, RefusedKind, SecretKey,
    judge_lists, normal_passphrase, parse_secret_key, stated_key_id, store_fs,
};
use keywright_verify::{KeyId, Mode, Revocations, Trust, TrustError, TrustedKey};

use super::keys::lock::Lock;
use super::passphrase::PassphraseArgs;
use super::project::Project;
use super::{CliError, Console, Exit, files};

/// Maximum length of a key file on standard input, in bytes.
const MAX_KEY_TEXT: usize = 64 * 1024;

/// The directory of the trust store.
#[derive(Debug, Clone, clap::Args)]
pub struct TrustArgs {
    /// Directory of the trust store [default: `trust` in keywright.toml, or `keys`]
    #[arg(long, value_name = "DIR")]
    pub trust: Option<PathBuf>,
}

/// Default directory of the trust store.
const TRUST: &str = "keys";

impl TrustArgs {
    /// Returns the directory: the option, the setting of the project, or the default.
    ///
    /// # Errors
    /// Returns an error if the configuration cannot be read or is invalid.
    pub fn directory(&self, io: &Console<'_>) -> Result<PathBuf, CliError> {
        if let Some(directory) = &self.trust {
            return Ok(directory.clone());
        }
        let configured = Project::load(io)?.settings().trust.clone();
        Ok(configured.unwrap_or_else(|| PathBuf::from(TRUST)))
    }

    /// Loads the trust store.
    ///
    /// # Errors
    /// Returns an error if there is no trust store, if it is invalid, or if it has no keys.
    pub fn load(&self, io: &Console<'_>) -> Result<Trust, CliError> {
        let directory = self.directory(io)?;
        let trust = store_fs::load_trust(&directory).map_err(|error| stop(&directory, &error))?;
        if trust.is_empty() {
            return Err(CliError::usage(format!(
                "the trust store `{}` has no keys",
                files::display_name(&directory)
            ))
            .help("create a key with `keywright keys new --vendor NAME`"));
        }
        refuse_to_come(&directory, &trust, io.today)?;
        Ok(trust)
    }

    /// Loads the trust store, and the revocations from the lists in its directory and on the command line.
    ///
    /// # Errors
    /// Returns the errors of [`Self::load`], and an error if a list on the command line is not accepted.
    pub fn load_with_revocations(
        &self,
        extra: &[PathBuf],
        mode: Mode,
        io: &mut Console<'_>,
    ) -> Result<(Trust, Revocations), CliError> {
        let trust = self.load(io)?;
        let revocations = self.revocations(extra, &trust, mode, io)?;
        Ok((trust, revocations))
    }

    /// Returns the revocations from the lists in the directory of the store and on the command line.
    ///
    /// # Errors
    /// Returns an error if a list on the command line is not accepted, or if the store cannot be read.
    pub fn revocations(
        &self,
        extra: &[PathBuf],
        trust: &Trust,
        mode: Mode,
        io: &mut Console<'_>,
    ) -> Result<Revocations, CliError> {
        judge(&self.directory(io)?, extra, trust, mode, io).map(|judged| judged.revocations)
    }
}

/// DECISION: a key cannot be retired or compromised on a future day, so a list with such a day is rejected. One day
/// more is allowed, for lists written in a time zone where it is tomorrow.
fn refuse_to_come(directory: &Path, trust: &Trust, today: Date) -> Result<(), CliError> {
    let last = today.saturating_add(1.day());
    let early = trust.keys().iter().find(|key| key.entry.state.since().is_some_and(|since| since > last));
    let Some(key) = early else { return Ok(()) };
    Err(CliError::usage(format!(
        "the trust store `{}`: key {} is {}, which is in the future",
        files::display_name(directory),
        key.key.id(),
        key.entry.state
    ))
    .help("change the state on that day; to limit a key in advance, use `not-after`"))
}

/// Converts an error of a trust store to an error message.
pub(super) fn stop(directory: &Path, error: &TrustError) -> CliError {
    fault(&format!("the trust store `{}`", files::display_name(directory)), error)
}

/// Converts an error of a file to an error message that begins with `what`.
pub(super) fn fault(what: &str, error: &TrustError) -> CliError {
    let stop = CliError::usage(format!("{what}: {error}"));
    match &error.help {
        Some(help) => stop.help(help),
        None => stop,
    }
}

/// Checks the revocation lists of a store and of the command line together, and records which were seen.
///
/// DECISION: a list in the store that is not accepted makes the blocks of its vendor stale. A list on the command line
/// that is not accepted is an error.
pub(super) fn judge(
    directory: &Path,
    extra: &[PathBuf],
    trust: &Trust,
    mode: Mode,
    io: &mut Console<'_>,
) -> Result<Judged, CliError> {
    let last_seen = store_fs::load_last_seen(directory).map_err(|error| stop(directory, &error))?;
    let stored = store_fs::read_revocation_files(directory).map_err(|error| stop(directory, &error))?;
    let mut lists: Vec<(PathBuf, Vec<u8>)> =
        stored.into_iter().map(|(name, bytes)| (directory.join(name), bytes)).collect();
    let named = lists.len();
    for path in extra {
        lists.push((path.clone(), files::read_up_to(path, MAX_REVOCATION_LIST, io)?));
    }
    let offered: Vec<&[u8]> = lists.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let judged = judge_lists(&offered, trust, mode, &last_seen, io.today);
    for refused in &judged.refused {
        let path = lists.get(refused.at).map(|(path, _)| path.as_path()).unwrap_or(directory);
        let stop = not_accepted(path, refused);
        if refused.at >= named {
            return Err(stop);
        }
        if refused.kind != RefusedKind::Development {
            // Also shown with `-q`, because the blocks of the vendor are stale.
            writeln!(io.stderr, "warning: {}", escape(&stop.message))?;
        }
    }
    let today = io.today;
    remember(directory, &judged.seen, &last_seen, io, |seen| {
        judge_lists(&offered, trust, mode, seen, today).seen
    })?;
    Ok(judged)
}

/// Returns the error message for a list that is not accepted.
pub(super) fn not_accepted(path: &Path, refused: &Refused) -> CliError {
    let stop = fault(&format!("the revocation list `{}`", files::display_name(path)), &refused.error);
    match refused.kind {
        RefusedKind::Version => CliError { exit: Exit::Policy, ..stop },
        RefusedKind::Development | RefusedKind::NotAccepted => stop,
    }
}

/// Writes the memory if it changed, merged with changes by other commands at the same time.
fn remember(
    directory: &Path,
    new: &LastSeen,
    old: &LastSeen,
    io: &mut Console<'_>,
    again: impl FnOnce(&LastSeen) -> LastSeen,
) -> Result<(), CliError> {
    if new == old {
        return Ok(());
    }
    let noted = Lock::take(directory).and_then(|_lock| {
        let seen = store_fs::load_last_seen(directory).map_err(|error| stop(directory, &error))?;
        files::replace(&directory.join(LAST_SEEN), again(&seen).text().as_bytes())
    });
    if let Err(error) = noted {
        // The verdicts of this run are correct without it, but the next run would not remember the lists of this one.
        io.note(&format!(
            "warning: {}; an older revocation list would be accepted next time",
            escape(&error.message)
        ))?;
    }
    Ok(())
}

/// A secret key with its entry in the trust store.
pub(super) struct SigningKey<'a> {
    pub(super) key: SecretKey,
    pub(super) trusted: &'a TrustedKey,
}

/// Reads a secret key file and finds the key in the trust store. Vendor and usage in the file must match the store.
pub(super) fn signing_key<'a>(
    path: &Path,
    passphrase: &PassphraseArgs,
    trust: &'a Trust,
    io: &mut Console<'_>,
) -> Result<SigningKey<'a>, CliError> {
    let (key, label) = read_key(path, passphrase, io)?;
    let id = key.public_key().id();
    let trusted = trust.get(id).filter(|trusted| trusted.key == *key.public_key()).ok_or_else(|| {
        CliError::usage(format!("key {id} of `{}` is not in the trust store", files::display_name(path)))
            .help(
                "its signatures would not verify; select the trust store that has the key with `--trust DIR`",
            )
    })?;
    let entry = &trusted.entry;
    let contradicted = label.vendor.is_some_and(|vendor| vendor != entry.vendor)
        || label.usage.is_some_and(|usage| usage != entry.usage);
    if contradicted {
        return Err(CliError::usage(format!(
            "vendor or usage of key {id} differ between the key file `{}` and the trust store",
            files::display_name(path)
        ))
        .help("one of the two was changed: find out which before you sign"));
    }
    Ok(SigningKey { key, trusted })
}

/// Reads a secret key file, asking for its passphrase if it has one.
pub(super) fn read_key(
    path: &Path,
    passphrase: &PassphraseArgs,
    io: &mut Console<'_>,
) -> Result<(SecretKey, Label), CliError> {
    let text = if files::is_stdin(path) { key_from_stdin(passphrase, io)? } else { key_text(path)? };
    let (key, label, _) = open_key(path, &text, passphrase, io)?;
    Ok((key, label))
}

/// Returns the id that a secret key file states, without its passphrase; `None` if it states none.
pub(super) fn stated_id(path: &Path) -> Result<Option<KeyId>, CliError> {
    Ok(stated_key_id(&key_text(path)?).ok().flatten())
}

fn key_text(path: &Path) -> Result<Zeroizing<String>, CliError> {
    store_fs::read_secret_file(path).map_err(|error| {
        if is_public(path) {
            return CliError::usage(format!(
                "the key file `{}` does not contain a secret key",
                path.display()
            ))
            .help("it is a public key file; give the secret key file instead");
        }
        key_file_failure(path, &error)
    })
}

/// Reads a key file from standard input.
///
/// # Errors
/// Returns an error if the passphrase is read from there, or if the text is too long or not UTF-8.
pub(super) fn key_from_stdin(
    passphrase: &PassphraseArgs,
    io: &mut Console<'_>,
) -> Result<Zeroizing<String>, CliError> {
    if passphrase.takes_stdin() {
        return Err(CliError::usage("standard input cannot be both key file and passphrase")
            .help("use `--passphrase-file FILE`, or `--passphrase-fd N` with another descriptor"));
    }
    // Enough capacity, so that no copy of the key is left in memory.
    let mut text = Zeroizing::new(String::with_capacity(MAX_KEY_TEXT + 1));
    let limit = u64::try_from(MAX_KEY_TEXT + 1).unwrap_or(u64::MAX);
    let read = (&mut *io.stdin).take(limit).read_to_string(&mut text);
    read.map_err(|error| {
        CliError::failure(format!(
            "cannot read the key file from standard input: {}",
            files::io_reason(&error)
        ))
    })?;
    if text.len() > MAX_KEY_TEXT {
        return Err(CliError::failure("the key file on standard input is too large"));
    }
    Ok(text)
}

/// Returns the error for a key file that cannot be read.
pub(super) fn key_file_failure(path: &Path, error: &io::Error) -> CliError {
    let name = files::display_name(path);
    let stop = CliError::failure(format!("the key file `{name}`: {}", files::secret_reason(error)));
    if error.kind() != io::ErrorKind::InvalidInput {
        return stop;
    }
    stop.help(
        "give the path of the file itself, pipe its content into the command with `--key -`, or use `--signer PROGRAM`",
    )
}

/// A key, the label of its file, and the passphrase of the file.
pub(super) type OpenedKey = (SecretKey, Label, Option<Zeroizing<String>>);

/// Reads the text of a secret key file, asks for its passphrase if it has one, and warns of weak protection.
///
/// # Errors
/// Returns an error if the text is not a supported key file, or if the passphrase is wrong.
pub(super) fn open_key(
    path: &Path,
    text: &str,
    passphrase: &PassphraseArgs,
    io: &mut Console<'_>,
) -> Result<OpenedKey, CliError> {
    let mut used = None;
    let read = match parse_secret_key(text, None) {
        Err(KeyFileError::PassphraseNeeded) => {
            let typed = passphrase.get(false, io)?;
            let normal = normal_passphrase(&typed);
            let read = parse_secret_key(text, Some(normal.as_bytes()));
            // Other programs encrypt with the passphrase as it was typed.
            if matches!(read, Err(KeyFileError::WrongPassphrase)) && *typed != *normal {
                let read = parse_secret_key(text, Some(typed.as_bytes()));
                used = Some(typed);
                read
            } else {
                used = Some(normal);
                read
            }
        }
        read => read,
    };
    let (key, label) = read.map_err(|error| key_stop(path, &error))?;
    if let Some(weakness) = label.weakness {
        io.note(&format!("warning: {weakness}"))?;
    }
    Ok((key, label, used))
}

/// Returns true if a file is a public key, which others may read.
fn is_public(path: &Path) -> bool {
    files::read_file(path, 64 * 1024).is_ok_and(|bytes| {
        let text = String::from_utf8_lossy(&bytes);
        text.contains("PUBLIC KEY") && !text.contains("PRIVATE KEY")
    })
}

/// Returns the error for a secret key file. A file that cannot be decrypted is a failure, because nothing is known of its
/// content.
pub(super) fn key_stop(path: &Path, error: &KeyFileError) -> CliError {
    let exit = match error {
        KeyFileError::WrongPassphrase
        | KeyFileError::Contradiction(..)
        | KeyFileError::TooMuchWork
        | KeyFileError::BadHeader(_) => Exit::Failure,
        _ => Exit::Usage,
    };
    CliError::new(exit, format!("`{}`: {error}", files::display_name(path)))
}
