//! A file that appears under its name when it is complete.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use keywright_files::output::{TEMPORARY, directory_of, sync_directory};

use super::error::CliError;
use keywright_files::reason::io_reason;

/// A new content of a file. Until it is complete, it is a temporary file in the same directory. An existing file keeps its
/// permissions, and its content until then.
#[derive(Debug)]
pub struct AtomicFile {
    /// The name as given, for messages.
    name: String,
    target: PathBuf,
    temporary: tempfile::NamedTempFile,
}

impl AtomicFile {
    /// Begins to write a file with this name in messages. If it is a symbolic link, its target is replaced.
    pub(super) fn create(name: String, path: &Path) -> Result<Self, CliError> {
        let target = resolve(path).map_err(|error| cannot(&name, &error))?;
        Self::over(name, target)
    }

    /// Begins to write a file. If it is a symbolic link, the link itself is replaced.
    pub(super) fn over(name: String, target: PathBuf) -> Result<Self, CliError> {
        let refused = |why: &str| Err(CliError::failure(format!("cannot write `{name}`: {why}")));
        let old = match fs::metadata(&target) {
            Ok(found) if found.is_file() => Some(found.permissions()),
            Ok(_) => return refused("it is not a regular file"),
            Err(_) => None,
        };
        if old.as_ref().is_some_and(fs::Permissions::readonly) {
            return refused("it is read-only");
        }
        let temporary = temporary_in(directory_of(&target), old).map_err(|error| cannot(&name, &error))?;
        Ok(Self { name, target, temporary })
    }

    /// Writes the content to disk and gives it the name of the file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be written; an old file is then unchanged.
    pub fn finish(self) -> Result<(), CliError> {
        let Self { name, target, temporary } = self;
        temporary.as_file().sync_all().map_err(|error| cannot(&name, &error))?;
        temporary.persist(&target).map_err(|error| cannot(&name, &error.error))?;
        sync_directory(directory_of(&target));
        Ok(())
    }

    /// Adds to the content.
    ///
    /// # Errors
    /// Returns an error if the disk is full or cannot be written.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.temporary.write_all(bytes).map_err(|error| cannot(&self.name, &error))
    }
}

fn cannot(name: &str, error: &io::Error) -> CliError {
    CliError::failure(format!("cannot write `{name}`: {}", io_reason(error)))
}

/// Creates a temporary file in the directory of the final one, with the permissions of the replaced file.
pub(super) fn temporary_in(
    directory: &Path,
    permissions: Option<fs::Permissions>,
) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Default mode of new files, reduced by the umask; `tempfile` would use 0600.
        builder.permissions(permissions.unwrap_or_else(|| fs::Permissions::from_mode(0o666)));
    }
    builder.tempfile_in(directory)
}

/// Returns the path to write: an existing link is resolved, so that it remains a link.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path),
        _ => Ok(path.to_owned()),
    }
}
