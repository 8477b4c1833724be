//! The lock of a run: only one process at a time works on it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use keywright_files::output::open_lock;

use super::super::{CliError, files};

/// An exclusive lock on a run. The operating system releases it when the process ends.
#[derive(Debug)]
pub(super) struct RunLock {
    path: PathBuf,
    _file: File,
}

impl RunLock {
    /// Takes the lock of the run with this name, in the directory of the log.
    pub(super) fn take(log: &Path, run: &str) -> Result<Self, CliError> {
        let path = log.with_file_name(format!(".keywright-run-{run}"));
        let cannot = |error: &std::io::Error| {
            CliError::failure(format!(
                "cannot write `{}`: {}",
                files::display_name(&path),
                files::io_reason(error)
            ))
        };
        let file = open_lock(&path).map_err(|error| cannot(&error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, _file: file }),
            Err(TryLockError::WouldBlock) => Err(CliError::failure("this run is active in another process")
                .help("wait for it to end, or stop it and continue with `--resume`")),
            Err(TryLockError::Error(error)) => Err(cannot(&error)),
        }
    }
}

/// An exclusive lock on a log for the length of a run, so that the check against earlier licenses sees all of them.
#[derive(Debug)]
pub(super) struct LogLock {
    path: PathBuf,
    _file: File,
}

impl LogLock {
    /// Takes the lock. `wait` is called if another run has it.
    pub(super) fn take(log: &Path, wait: impl FnOnce() -> std::io::Result<()>) -> Result<Self, CliError> {
        let name = log.file_name().unwrap_or_default().to_string_lossy();
        let path = log.with_file_name(format!(".keywright-lock-{name}"));
        let cannot = |error: &std::io::Error| {
            CliError::failure(format!(
                "cannot write `{}`: {}",
                files::display_name(&path),
                files::io_reason(error)
            ))
        };
        let mut wait = Some(wait);
        loop {
            let file = open_lock(&path).map_err(|error| cannot(&error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    wait.take().map_or(Ok(()), |wait| wait())?;
                    file.lock().map_err(|error| cannot(&error))?;
                }
                Err(TryLockError::Error(error)) => return Err(cannot(&error)),
            }
            // The run that had the lock may have removed the file: another one can then lock a new file.
            if is_at(&file, &path) {
                return Ok(Self { path, _file: file });
            }
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let same = |one: fs::Metadata, other: fs::Metadata| (one.dev(), one.ino()) == (other.dev(), other.ino());
    file.metadata().ok().zip(fs::metadata(path).ok()).is_some_and(|(one, other)| same(one, other))
}

#[cfg(not(unix))]
fn is_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

impl Drop for LogLock {
    fn drop(&mut self) {
        // A leftover empty file is harmless: only the lock on it matters.
        let _ = fs::remove_file(&self.path);
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // A leftover empty file is harmless: only the lock on it matters.
        let _ = fs::remove_file(&self.path);
    }
}
