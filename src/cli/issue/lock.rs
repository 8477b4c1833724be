//! The lock of a run: only one process at a time works on it.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use keywright_files::output::open_lock;

use super::super::{CliError, files};

/// An exclusive lock on a run. The operating system releases it when the process ends.
#[derive(Debug)]
pub(super) struct RunLock {
    path: PathBuf,
    _held: File,
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
        let held = open_lock(&path).map_err(|error| cannot(&error))?;
        match held.try_lock() {
            Ok(()) => Ok(Self { path, _held: held }),
            Err(TryLockError::WouldBlock) => Err(CliError::failure("this run is active in another process")
                .help("wait for it to end, or stop it and continue with `--resume`")),
            Err(TryLockError::Error(error)) => Err(cannot(&error)),
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // A leftover empty file is harmless: only the lock on it matters.
        let _ = fs::remove_file(&self.path);
    }
}
