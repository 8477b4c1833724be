//! Changes of a trust store and its key files.

use std::fs;
use std::path::Path;

use keywright_files::input;
use keywright_report::escape::escape;
use keywright_sign::{TRUST_BUNDLE, TRUST_LIST, parse_trust_list, store_fs};
use keywright_verify::{PublicKey, TrustEntry};

use crate::trust_args::stop;
use crate::{CliError, files};

pub(super) fn refuse_existing(out: &Path) -> Result<(), CliError> {
    if fs::symlink_metadata(out).is_err() {
        return Ok(());
    }
    Err(CliError::failure(format!("`{}` already exists; key files are never overwritten", files::display_name(out)))
        .help(
            "choose another file with `--out FILE`; `keywright keys import` adds the key of an interrupted command",
        ))
}

/// Returns the text of the trust list, if there is one.
pub(super) fn existing_list(directory: &Path) -> Result<Option<String>, CliError> {
    if fs::symlink_metadata(directory.join(TRUST_BUNDLE)).is_ok() {
        let name = files::display_name(directory);
        return Err(CliError::usage(format!(
            "the trust store `{name}` is an installed trust bundle, which cannot be changed"
        ))
        .help("ask its vendor for a new version; `keywright trust add` adds a key of another vendor"));
    }
    let path = directory.join(TRUST_LIST);
    if fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    // The whole store must be valid before a key is added to it.
    store_fs::load_trust(directory).map_err(|error| stop(directory, &error))?;
    let bytes = files::read_file(&path, store_fs::MAX_TRUST_LIST)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| CliError::usage(format!("`{}` is not UTF-8 text", files::display_name(&path))))?;
    parse_trust_list(&text).map_err(|error| stop(directory, &error))?;
    Ok(Some(text))
}

/// Writes the secret key if there is one, the public key and the list, all or none. The caller must have locked
/// the store.
pub(super) fn write_all(
    directory: &Path,
    secret: Option<(&Path, &str)>,
    entry: &TrustEntry,
    public: &PublicKey,
    list: &str,
) -> Result<(), CliError> {
    let cannot = |path: &Path, error: &std::io::Error| {
        CliError::failure(format!(
            "cannot write `{}`: {}",
            files::display_name(path),
            files::io_reason(error)
        ))
    };
    if let Some((out, secret)) = secret {
        store_fs::create_secret_file(out, secret).map_err(|error| cannot(out, &error))?;
    }
    let path = directory.join(&entry.file);
    let written =
        create_public(&path, &public.to_pem()).map_err(|error| cannot(&path, &error)).and_then(|()| {
            let listed = files::write(&directory.join(TRUST_LIST), list.as_bytes());
            if listed.is_err() {
                // Report the first error.
                let _ = fs::remove_file(&path);
            }
            listed
        });
    if let (Err(_), Some((out, _))) = (&written, secret) {
        let _ = fs::remove_file(out);
    }
    written
}

/// Creates a public key file. An identical file may exist, from a command that was killed before it wrote the list.
fn create_public(path: &Path, pem: &str) -> std::io::Result<()> {
    store_fs::create_public_file(path, pem).or_else(|error| {
        let same = input::read_over(path, pem.len() as u64).is_ok_and(|found| found == pem.as_bytes());
        if error.kind() == std::io::ErrorKind::AlreadyExists && same { Ok(()) } else { Err(error) }
    })
}

/// Quotes a path for a shell.
pub(super) fn word(path: &Path) -> String {
    let text = escape(&files::display_name(path)).into_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
