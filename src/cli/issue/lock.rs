//! One process at a time works on a run: a second one, or one that resumes what still goes on, is turned away.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::super::{Stop, file};

/// The right to work on a run. The system takes it back when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct RunLock {
    path: PathBuf,
    _held: File,
}

impl RunLock {
    /// Takes the lock of a run, by a name for it, in the folder of the log.
    pub(super) fn take(log: &Path, run: &str) -> Result<Self, Stop> {
        let path = log.with_file_name(format!(".keywright-run-{run}"));
        let cannot = |error: &std::io::Error| {
            Stop::failure(format!("cannot write `{}`: {}", file::shown(&path), file::reason(error)))
        };
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let held = open.map_err(|error| cannot(&error))?;
        match held.try_lock() {
            Ok(()) => Ok(Self { path, _held: held }),
            Err(TryLockError::WouldBlock) => Err(Stop::failure("this run is going on in another process")
                .help("let it end, or end it: `--resume` then goes on with it")),
            Err(TryLockError::Error(error)) => Err(cannot(&error)),
        }
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // An empty file that is left behind hinders nobody: what counts is the lock on it.
        let _ = fs::remove_file(&self.path);
    }
}
