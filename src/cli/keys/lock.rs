//! The lock of a trust store: one command at a time changes its list.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::super::{Stop, file};

/// Name of the lock file, beside the list.
const LOCK: &str = "trust.yaml.lock";
/// How long another command is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long until the next try.
const PAUSE: Duration = Duration::from_millis(10);

/// The right to change a trust store; whoever has it reads the list anew before it writes. Given back when dropped,
/// together with the folders that were made for it and hold nothing.
#[derive(Debug)]
pub(in crate::cli) struct Lock {
    path: PathBuf,
    made: Vec<PathBuf>,
}

impl Lock {
    /// Makes the folder if there is none, and waits its turn.
    ///
    /// # Errors
    /// When the folder cannot be written, or the lock is not given back in time.
    pub(in crate::cli) fn take(folder: &Path) -> Result<Self, Stop> {
        Self::take_within(folder, PATIENCE)
    }

    fn take_within(folder: &Path, patience: Duration) -> Result<Self, Stop> {
        let mut lock = Self { path: PathBuf::new(), made: Vec::new() };
        let path = folder.join(LOCK);
        let end = Instant::now() + patience;
        loop {
            lock.make(folder)?;
            let Err(error) = OpenOptions::new().write(true).create_new(true).open(&path) else {
                lock.path = path;
                return Ok(lock);
            };
            // The folder may be gone: whoever made it has given up.
            let passes = matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound);
            if !passes {
                return Err(cannot(&path, &error));
            }
            if Instant::now() >= end {
                return Err(Stop::failure(format!(
                    "the trust store `{}` is locked: `{}` exists",
                    file::shown(folder),
                    file::shown(&path)
                ))
                .help("another command is changing the store; if none is running, remove that file"));
            }
            thread::sleep(PAUSE);
        }
    }

    /// Makes the folder, and remembers which folders were not there.
    fn make(&mut self, folder: &Path) -> Result<(), Stop> {
        if folder.is_dir() {
            return Ok(());
        }
        let missing = folder.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists());
        self.made.extend(missing.map(Path::to_owned));
        fs::create_dir_all(folder).map_err(|error| cannot(folder, &error))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // What cannot be removed is named to the next command that wants the lock.
            let _ = fs::remove_file(&self.path);
        }
        for folder in &self.made {
            // Innermost first; a folder that holds something is not removed.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn cannot(path: &Path, error: &io::Error) -> Stop {
    Stop::failure(format!("cannot write `{}`: {}", file::shown(path), file::reason(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_given_back() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("a/keys");
        let lock = Lock::take(&folder).unwrap();
        let refused = Lock::take_within(&folder, Duration::ZERO).unwrap_err();
        assert_eq!(refused.exit, super::super::super::Exit::Failure);
        assert!(refused.message.contains(LOCK), "{refused}");
        drop(lock);
        assert!(!place.path().join("a").exists(), "folders that hold nothing are left behind");
        drop(Lock::take_within(&folder, Duration::ZERO).unwrap());
    }

    #[test]
    fn a_folder_that_holds_something_stays() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("keys");
        let lock = Lock::take(&folder).unwrap();
        fs::write(folder.join("a.pub.pem"), "key").unwrap();
        drop(lock);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }
}
