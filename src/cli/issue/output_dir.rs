//! The output directory for license files. Files are written atomically and never replaced by accident.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

#[cfg(target_os = "linux")]
use keywright_files::output::nameless;
use keywright_files::output::{Access, TEMPORARY, temporary_in};

use super::super::{CliError, files};

/// The state of a license file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// It does not exist.
    Nothing,
    /// It contains the license.
    Same,
    /// It contains something else.
    Other {
        /// True if its content is a prefix of the license, as after a power failure.
        beginning: bool,
    },
}

/// The output directory, and the run's prefix for temporary files.
#[derive(Debug)]
pub(crate) struct OutputDir<'a> {
    directory: &'a Path,
    mark: String,
    /// The directory. Must be open before the first write: syncfs reports write-back errors only to descriptors opened
    /// earlier. `None` on systems that cannot open directories.
    opened: Option<fs::File>,
    /// True if each file is synced to disk at once.
    durable: bool,
}

impl<'a> OutputDir<'a> {
    /// Creates the directory. `run` is the name of the run; `--resume` finds its temporary files by it.
    pub(crate) fn make(directory: &'a Path, run: &str, durable: bool) -> Result<Self, CliError> {
        let cannot = |what: &'static str| {
            move |error: io::Error| {
                let (directory, reason) = (files::display_name(directory), files::io_reason(&error));
                CliError::failure(format!("cannot {what} the directory `{directory}`: {reason}"))
            }
        };
        fs::create_dir_all(directory).map_err(cannot("create"))?;
        // Without syncfs, every file is synced by itself.
        let durable = durable || !cfg!(target_os = "linux");
        let opened = cfg!(unix).then(|| fs::File::open(directory)).transpose().map_err(cannot("open"))?;
        Ok(Self { directory, mark: format!("{TEMPORARY}{run}-"), opened, durable })
    }

    /// Locks the directory until this run ends, because the state of existing files must not change between check and
    /// write. `wait` is called if another run has the lock. Does nothing on systems that cannot lock a directory.
    pub(crate) fn lock(&self, wait: impl FnOnce() -> io::Result<()>) -> Result<(), CliError> {
        let Some(directory) = &self.opened else { return Ok(()) };
        if let Err(fs::TryLockError::WouldBlock) = directory.try_lock() {
            wait()?;
            // If waiting is not supported, neither is the lock.
            let _ = directory.lock();
        }
        Ok(())
    }

    /// Returns the path of a license file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Returns the state of a license file.
    pub(crate) fn compare(&self, name: &str, license: &str) -> Existing {
        let path = self.path(name);
        if fs::symlink_metadata(&path).is_err() {
            return Existing::Nothing;
        }
        match files::read_file(&path, keywright_syntax::source::MAX_FILE_BYTES) {
            Ok(old) if old == license.as_bytes() => Existing::Same,
            Ok(old) => Existing::Other { beginning: license.as_bytes().starts_with(&old) },
            Err(_) => Existing::Other { beginning: false },
        }
    }

    /// Writes a license file. Returns false if another process has written the same license in the meantime. A link in
    /// its place is replaced itself.
    pub(crate) fn put(&self, name: &str, license: &str, replace: bool) -> Result<bool, CliError> {
        let path = self.path(name);
        let cannot = |error: &io::Error| {
            CliError::failure(format!(
                "cannot write `{}`: {}",
                files::display_name(&path),
                files::io_reason(error)
            ))
        };
        let placed = if replace {
            self.rename(&path, license, true)
        } else {
            self.link(name, license).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Err(error),
                _ => self.rename(&path, license, false),
            })
        };
        match placed {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if self.compare(name, license) == Existing::Same { Ok(false) } else { Err(cannot(&error)) }
            }
            Err(error) => Err(cannot(&error)),
        }
    }

    /// Writes a new file that has no name until it is complete, so that a killed process leaves nothing behind and the
    /// directory changes only once. Not supported by all systems and file systems.
    #[cfg(target_os = "linux")]
    fn link(&self, name: &str, license: &str) -> io::Result<()> {
        let directory = self.opened.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        let mut file = nameless::create(directory, Access::All)?;
        self.write(&mut file, license)?;
        nameless::link(&file, directory, name.as_ref())
    }

    #[cfg(not(target_os = "linux"))]
    fn link(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Writes a file by renaming a temporary one.
    fn rename(&self, path: &Path, license: &str, replace: bool) -> io::Result<()> {
        let mut temporary = temporary_in(self.directory, &self.mark, Access::All)?;
        self.write(temporary.as_file_mut(), license)?;
        let placed = if replace { temporary.persist(path) } else { temporary.persist_noclobber(path) };
        placed.map(drop).map_err(|error| error.error)
    }

    fn write(&self, file: &mut fs::File, license: &str) -> io::Result<()> {
        file.write_all(license.as_bytes())?;
        if self.durable { file.sync_all() } else { Ok(()) }
    }

    /// Removes the temporary files of this run that remain after it was killed, but not those of other runs.
    pub(crate) fn clean(&self) -> Result<(), CliError> {
        let cannot = |error: &io::Error| {
            CliError::failure(format!(
                "cannot clean `{}`: {}",
                files::display_name(self.directory),
                files::io_reason(error)
            ))
        };
        for entry in fs::read_dir(self.directory).map_err(|error| cannot(&error))? {
            let entry = entry.map_err(|error| cannot(&error))?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(&self.mark)) {
                fs::remove_file(entry.path()).map_err(|error| cannot(&error))?;
            }
        }
        Ok(())
    }

    /// Syncs all files written so far to disk.
    pub(crate) fn sync(&self) -> Result<(), CliError> {
        let write_down = if self.durable { write_names_down } else { write_all_down };
        self.opened.as_ref().map_or(Ok(()), write_down).map_err(|error| {
            CliError::failure(format!(
                "cannot sync `{}` to disk: {}",
                files::display_name(self.directory),
                files::io_reason(&error)
            ))
            .help("free some disk space, then continue the run with `--resume`")
        })
    }
}

/// Syncs the whole file system of a directory: one step for a hundred thousand files.
#[cfg(target_os = "linux")]
fn write_all_down(directory: &fs::File) -> io::Result<()> {
    rustix::fs::syncfs(directory)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
use write_names_down as write_all_down;

/// Syncs the names in a directory.
fn write_names_down(directory: &fs::File) -> io::Result<()> {
    directory.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_changed_by_others_are_left_unchanged() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("out");
        let out = OutputDir::make(&directory, "0123", false).unwrap();
        assert_eq!(out.compare("a.lic", "text"), Existing::Nothing);
        assert!(out.put("a.lic", "text", false).unwrap());
        assert!(!out.put("a.lic", "text", false).unwrap());
        assert_eq!(out.compare("a.lic", "text and more"), Existing::Other { beginning: true });
        assert!(out.put("a.lic", "other", false).unwrap_err().message.contains("exists"));
        assert!(out.put("a.lic", "other", true).unwrap());
        // The way for systems without unnamed temporary files.
        let path = directory.join("c.lic");
        out.rename(&path, "text", false).unwrap();
        let again = out.rename(&path, "other", false).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"text");
        fs::remove_file(path).unwrap();
        out.sync().unwrap();
        for name in [".keywright-0123-Ab", ".keywright-9999-Ab", "b.lic"] {
            fs::write(directory.join(name), "").unwrap();
        }
        out.clean().unwrap();
        let mut left: Vec<_> = fs::read_dir(&directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [".keywright-9999-Ab", "a.lic", "b.lic"]);
    }
}
