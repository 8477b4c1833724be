//! The lock of a trust store: only one command at a time changes its list.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use keywright_files::output::open_lock;

use super::super::{CliError, files};

/// Name of the lock file, next to the list.
const LOCK: &str = "trust.yaml.lock";
/// Maximum wait for another command.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// An exclusive lock on a trust store. The list must be read again after taking it. Dropping it also removes the
/// directories created for it, if they are empty. The operating system releases the lock of a killed command, so a
/// leftover lock file is harmless.
#[derive(Debug)]
pub(crate) struct Lock {
    locked: Option<(PathBuf, File)>,
    made: Vec<PathBuf>,
}

impl Lock {
    /// Creates the directory if necessary, and waits for the lock.
    ///
    /// # Errors
    /// Returns an error if the directory cannot be written, or the lock is not released in time.
    pub(crate) fn take(directory: &Path) -> Result<Self, CliError> {
        Self::take_within(directory, PATIENCE)
    }

    fn take_within(directory: &Path, patience: Duration) -> Result<Self, CliError> {
        let mut lock = Self { locked: None, made: Vec::new() };
        let path = directory.join(LOCK);
        let end = Instant::now() + patience;
        loop {
            lock.make(directory)?;
            match try_take(&path) {
                Ok(Some(file)) => {
                    lock.locked = Some((path, file));
                    return Ok(lock);
                }
                Ok(None) => {}
                // The command that created the directory may have removed it again.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(cannot(&path, &error)),
            }
            if Instant::now() >= end {
                return Err(CliError::failure(format!(
                    "the trust store `{}` is locked by another command (`{}`)",
                    files::display_name(directory),
                    files::display_name(&path)
                ))
                .help("try again after that command has ended"));
            }
            thread::sleep(PAUSE);
        }
    }

    /// Creates the directory, and records which directories were missing.
    fn make(&mut self, directory: &Path) -> Result<(), CliError> {
        if directory.is_dir() {
            return Ok(());
        }
        let missing = directory.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        self.made.extend(missing.map(Path::to_owned));
        fs::create_dir_all(directory).map_err(|error| cannot(directory, &error))
    }
}

/// Returns the lock file, if it is free. A link in its place is not followed.
fn try_take(path: &Path) -> io::Result<Option<File>> {
    let file = open_lock(path)?;
    match file.try_lock() {
        Ok(()) if is_in_place(&file, path) => Ok(Some(file)),
        // The previous owner removed the file while we opened it.
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Returns true if the open file is still the one with this name.
#[cfg(unix)]
fn is_in_place(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let place = |found: fs::Metadata| (found.dev(), found.ino());
    let (open, named) = (file.metadata().map(place), fs::symlink_metadata(path).map(place));
    matches!((open, named), (Ok(open), Ok(named)) if open == named)
}

/// On these systems an open file cannot be removed.
#[cfg(not(unix))]
fn is_in_place(_: &File, _: &Path) -> bool {
    true
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some((path, file)) = self.locked.take() {
            // Removed while locked, so no other command can lock the removed file. A leftover file is harmless.
            let _ = fs::remove_file(&path);
            drop(file);
        }
        for directory in &self.made {
            // Innermost first; `remove_dir` fails for a directory that is not empty.
            let _ = fs::remove_dir(directory);
        }
    }
}

fn cannot(path: &Path, error: &io::Error) -> CliError {
    CliError::failure(format!("cannot write `{}`: {}", files::display_name(path), files::io_reason(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_is_exclusive_and_released() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("a/keys");
        let lock = Lock::take(&directory).unwrap();
        let refused = Lock::take_within(&directory, Duration::ZERO).unwrap_err();
        assert_eq!(refused.exit, super::super::super::Exit::Failure);
        assert!(refused.message.contains(LOCK), "{refused}");
        drop(lock);
        assert!(!place.path().join("a").exists(), "empty directories were not removed");
        drop(Lock::take_within(&directory, Duration::ZERO).unwrap());
    }

    #[test]
    fn stale_lock_file_does_not_block() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join(LOCK), "").unwrap();
        drop(Lock::take_within(place.path(), Duration::ZERO).unwrap());
        assert!(!place.path().join(LOCK).exists());
    }

    #[test]
    fn non_empty_directory_is_kept() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("keys");
        let lock = Lock::take(&directory).unwrap();
        fs::write(directory.join("a.pub.pem"), "key").unwrap();
        drop(lock);
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
    }
}
