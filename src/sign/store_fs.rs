//! File access for signing: secret keys, public keys, and the directory of a trust store.
//!
//! All reads have a size limit and open regular files only. A secret key is never written where others can read it.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use keywright_files::input;
use keywright_files::output::{Access, create_new};
use keywright_files::reason::io_reason;
use keywright_verify::application::{MAX_REVOCATION_LIST, MAX_TRUST_BUNDLE};
use keywright_verify::{Trust, TrustError};

use super::installation::dispute;
use super::revocation_list::REVOCATION_SUFFIX;
use super::rollback::{LAST_SEEN, LastSeen, ListKind};
use super::trust_bundle::{TRUST_BUNDLE, TrustBundle};
use super::trust_list::{ADDED_LIST, TRUST_LIST, parse_trust_list};

/// Maximum size of a key file in bytes.
const MAX_KEY_FILE: u64 = 64 * 1024;
/// Maximum size of a trust list in bytes.
pub const MAX_TRUST_LIST: usize = 4 * 1024 * 1024;

/// Reads a secret key file.
///
/// # Errors
/// Returns an error if it is not a regular file (symbolic links are rejected), if others than its owner can read or
/// write it (on Unix), or if it is too large or not UTF-8 text.
pub fn read_secret_file(path: &Path) -> io::Result<Zeroizing<String>> {
    let named = fs::symlink_metadata(path)?;
    let file = input::open_unlinked(path)?;
    private::check(&named, &file.metadata()?)?;
    read_text(file, MAX_KEY_FILE)
}

/// Creates a secret key file that only its owner can read. It is created atomically, even if the process is killed.
///
/// # Errors
/// Returns an error if the path exists or writing fails. No file is left then.
pub fn create_secret_file(path: &Path, text: &str) -> io::Result<()> {
    create_new(path, text.as_bytes(), Access::Owner)
}

/// Creates a file that everyone can read, such as a public key. It is created atomically, even if the process is killed.
///
/// # Errors
/// Returns an error if the path exists or writing fails. No file is left then.
pub fn create_public_file(path: &Path, text: &str) -> io::Result<()> {
    create_new(path, text.as_bytes(), Access::All)
}

/// Loads a trust store from a directory: the list `trust.yaml` with its public key files, or an installed bundle.
///
/// # Errors
/// Returns an error if the directory, the list or a key is missing or invalid.
pub fn load_trust(directory: &Path) -> Result<Trust, TrustError> {
    let path = directory.join(TRUST_LIST);
    if let Some(bundle) = load_bundle(directory)? {
        if fs::symlink_metadata(&path).is_ok() {
            return Err(TrustError::new(format!("it has both a `{TRUST_LIST}` and a `{TRUST_BUNDLE}`"))
                .help("keep one of the two: your own list, or the installed bundle"));
        }
        let disputed = dispute(&bundle, &load_last_seen(directory)?);
        let mut trust = bundle.trust()?.disputed(disputed);
        for key in load_added(directory)?.keys() {
            trust.add(key.clone())?;
        }
        return Ok(trust);
    }
    let list = read_public(&path, MAX_TRUST_LIST as u64).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => TrustError::new(format!("`{TRUST_LIST}` not found")).help(
            "create a key and a trust store with `keywright keys new --vendor NAME`, or select a trust store with `--trust DIR`",
        ),
        _ => TrustError::new(format!("cannot read `{TRUST_LIST}`: {}", io_reason(&error))),
    })?;
    assemble(directory, &list)
}

fn assemble(directory: &Path, list: &str) -> Result<Trust, TrustError> {
    Trust::assemble(parse_trust_list(list)?, |entry| {
        // The list parser has checked that the name is a single path component.
        read_public(&directory.join(&entry.file), MAX_KEY_FILE).map_err(|error| {
            TrustError::at(
                entry.line,
                format!("cannot read the public key `{}`: {}", entry.file, io_reason(&error)),
            )
        })
    })
}

/// Reads the list of keys that were added by hand to a store with an installed bundle, if there is one.
///
/// # Errors
/// Returns an error if it cannot be read.
pub fn read_added(directory: &Path) -> Result<Option<String>, TrustError> {
    let Some(bytes) = read_if_there(directory, ADDED_LIST, MAX_TRUST_LIST)? else { return Ok(None) };
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| TrustError::new(format!("`{ADDED_LIST}` is not UTF-8 text")))
}

/// Loads the keys that were added by hand to a store with an installed bundle.
///
/// # Errors
/// Returns an error if the list or a key cannot be read or is invalid.
pub fn load_added(directory: &Path) -> Result<Trust, TrustError> {
    let Some(list) = read_added(directory)? else { return Ok(Trust::default()) };
    assemble(directory, &list).map_err(|error| TrustError {
        message: format!("invalid `{ADDED_LIST}`: {}", error.message),
        ..error
    })
}

/// Loads the bundle that is installed in a directory, if there is one.
///
/// # Errors
/// Returns an error if it cannot be read, or is not the one that was installed.
pub fn load_bundle(directory: &Path) -> Result<Option<TrustBundle>, TrustError> {
    let Some(bytes) = read_if_there(directory, TRUST_BUNDLE, MAX_TRUST_BUNDLE)? else {
        return Ok(None);
    };
    let last_seen = load_last_seen(directory)?;
    let publisher = last_seen.publisher()?;
    let installed = |digest: &_| {
        let mut bundles = last_seen.seen(ListKind::Trust);
        bundles.any(|(id, seen)| seen.digest == *digest && publisher.is_none_or(|vendor| vendor == id.vendor))
    };
    TrustBundle::parse_installed(&bytes, installed).map(Some).map_err(|error| TrustError {
        message: format!("invalid `{TRUST_BUNDLE}`: {}", error.message),
        ..error
    })
}

/// Loads the memory of a trust store: the lists that were seen. It is empty if there is no file.
///
/// # Errors
/// Returns an error if the file exists and cannot be read.
pub fn load_last_seen(directory: &Path) -> Result<LastSeen, TrustError> {
    let Some(bytes) = read_if_there(directory, LAST_SEEN, MAX_TRUST_LIST)? else {
        return Ok(LastSeen::default());
    };
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| TrustError::new(format!("`{LAST_SEEN}` is not UTF-8 text")))?;
    LastSeen::parse(text).map_err(|error| {
        let message = format!("cannot read `{LAST_SEEN}`: {}", error.message);
        TrustError { message, ..error }
            .help("restore the file: without it, older lists would be accepted again")
    })
}

/// Reads the files with revocation lists in the directory of a trust store, in the order of their names, without parsing them.
///
/// # Errors
/// Returns an error if a file cannot be read, or if there are too many files.
pub fn read_revocation_files(directory: &Path) -> Result<Vec<(String, Vec<u8>)>, TrustError> {
    const MOST: usize = 1000;
    let cannot = |error: &io::Error| TrustError::new(format!("cannot list its files: {}", io_reason(error)));
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| cannot(&error))? {
        let name = entry.map_err(|error| cannot(&error))?.file_name();
        if let Some(name) = name.to_str().filter(|name| name.ends_with(REVOCATION_SUFFIX)) {
            names.push(name.to_owned());
        }
    }
    if names.len() > MOST {
        return Err(TrustError::new(format!("it has more than {MOST} revocation lists")));
    }
    names.sort();
    let read = |name: String| {
        let bytes = read_if_there(directory, &name, MAX_REVOCATION_LIST)?.unwrap_or_default();
        Ok((name, bytes))
    };
    names.into_iter().map(read).collect()
}

fn read_if_there(directory: &Path, name: &str, limit: usize) -> Result<Option<Vec<u8>>, TrustError> {
    match read_bytes(&directory.join(name), limit as u64) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TrustError::new(format!("cannot read `{name}`: {}", io_reason(&error)))),
    }
}

fn read_bytes(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let bytes = input::read_over(path, limit)?;
    if bytes.len() as u64 > limit {
        return Err(refusal("it is too large"));
    }
    Ok(bytes)
}

fn read_public(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read_bytes(path, limit)?).map_err(|_| refusal("it is not UTF-8 text"))
}

fn read_text(file: File, limit: u64) -> io::Result<Zeroizing<String>> {
    // Allocate the whole buffer at once: growing it would leave copies of the secret in memory.
    let size = usize::try_from(limit.min(file.metadata()?.len()) + 1).unwrap_or(usize::MAX);
    let mut bytes = Zeroizing::new(Vec::with_capacity(size));
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(refusal("it is too large"));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| refusal("it is not UTF-8 text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn refusal(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

#[cfg(unix)]
mod private {
    use std::fs::Metadata;
    use std::io;
    use std::os::unix::fs::MetadataExt as _;

    /// Checks the open file: it must be the file with this name, and only its owner may have access.
    pub(super) fn check(named: &Metadata, opened: &Metadata) -> io::Result<()> {
        if (named.dev(), named.ino()) != (opened.dev(), opened.ino()) || !opened.is_file() {
            return Err(super::refusal("it was replaced while it was opened"));
        }
        if opened.uid() != rustix::process::geteuid().as_raw() {
            return Err(super::refusal("it is owned by another user, who can read and change it"));
        }
        if opened.mode() & 0o077 != 0 {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!(
                    "others can read or write it (mode {:04o}); restrict it with chmod 600",
                    opened.mode() & 0o7777
                ),
            ));
        }
        Ok(())
    }
}

#[cfg(not(unix))]
mod private {
    use std::fs::Metadata;
    use std::io;

    pub(super) fn check(_: &Metadata, _: &Metadata) -> io::Result<()> {
        Ok(())
    }
}
