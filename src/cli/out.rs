//! The folder that license files are put into: each whole or not at all, and none over another one by accident.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{Stop, file};

/// What stands where a license is to be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing.
    Nothing,
    /// The license itself.
    Same,
    /// Something else; whether it is a beginning of the license, as a failure of power leaves it.
    Other {
        /// See above.
        beginning: bool,
    },
}

/// A folder for licenses, and the mark of a run on its temporary files.
#[derive(Debug)]
pub(super) struct Out<'a> {
    folder: &'a Path,
    mark: String,
    /// The folder, opened before the first file: only who has it open is told what fails while files are written down.
    /// Not all systems can open a folder.
    opened: Option<fs::File>,
    /// Whether each file is written down at once.
    durable: bool,
}

impl<'a> Out<'a> {
    /// Makes the folder. `run` is a name of the run, so that its temporary files are known again.
    pub(super) fn make(folder: &'a Path, run: &str, durable: bool) -> Result<Self, Stop> {
        let cannot = |what: &'static str| {
            move |error: io::Error| {
                let (folder, reason) = (file::shown(folder), file::reason(&error));
                Stop::failure(format!("cannot {what} the folder `{folder}`: {reason}"))
            }
        };
        fs::create_dir_all(folder).map_err(cannot("make"))?;
        // Where the system cannot write a whole folder down at the end, every file is written down by itself.
        let durable = durable || !cfg!(target_os = "linux");
        let opened = cfg!(unix).then(|| fs::File::open(folder)).transpose().map_err(cannot("open"))?;
        Ok(Self { folder, mark: format!(".keywright-{run}-"), opened, durable })
    }

    /// Keeps all other runs out of the folder until this one is done: what one finds there must not change before it has
    /// written its own. `wait` is called if another one has to end first. Not all systems can lock a folder.
    pub(super) fn lock(&self, wait: impl FnOnce() -> io::Result<()>) -> Result<(), Stop> {
        let Some(folder) = &self.opened else { return Ok(()) };
        if let Err(fs::TryLockError::WouldBlock) = folder.try_lock() {
            wait()?;
            // Where waiting is not possible, neither was the lock.
            let _ = folder.lock();
        }
        Ok(())
    }

    /// Where a license is put.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What stands in its place.
    pub(super) fn standing(&self, name: &str, license: &str) -> Standing {
        let path = self.path(name);
        if fs::symlink_metadata(&path).is_err() {
            return Standing::Nothing;
        }
        match file::read_file(&path, crate::source::MAX_FILE_BYTES) {
            Ok(old) if old == license.as_bytes() => Standing::Same,
            Ok(old) => Standing::Other { beginning: license.as_bytes().starts_with(&old) },
            Err(_) => Standing::Other { beginning: false },
        }
    }

    /// Puts a license in place; `false` if it stands there already, put there by somebody else meanwhile. A link in its
    /// place is never followed: it is replaced itself.
    pub(super) fn put(&self, name: &str, license: &str, replace: bool) -> Result<bool, Stop> {
        let path = self.path(name);
        let cannot = |error: &io::Error| {
            Stop::failure(format!("cannot write `{}`: {}", file::shown(&path), file::reason(error)))
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
                if self.standing(name, license) == Standing::Same { Ok(false) } else { Err(cannot(&error)) }
            }
            Err(error) => Err(cannot(&error)),
        }
    }

    /// Puts a new file in place that had no name before: nothing is left of it when the run is killed, and the folder is
    /// changed once. Not all systems and disks can.
    #[cfg(target_os = "linux")]
    fn link(&self, name: &str, license: &str) -> io::Result<()> {
        use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
        use rustix::io::Errno;
        use std::os::fd::AsRawFd as _;
        let folder = self.opened.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        // As any new file: the umask decides.
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let mut file = fs::File::from(openat(folder, ".", flags, Mode::from_raw_mode(0o666))?);
        self.write(&mut file, license)?;
        match linkat(&file, "", folder, name, AtFlags::EMPTY_PATH) {
            // Older systems let only few do that; this way all may go.
            Err(error) if error != Errno::EXIST => {
                let opened = format!("/proc/self/fd/{}", file.as_raw_fd());
                Ok(linkat(CWD, opened, folder, name, AtFlags::SYMLINK_FOLLOW)?)
            }
            linked => Ok(linked?),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn link(&self, _: &str, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Puts a file in place by giving it another name.
    fn rename(&self, path: &Path, license: &str, replace: bool) -> io::Result<()> {
        let mut temporary = self.temporary()?;
        self.write(temporary.as_file_mut(), license)?;
        let placed = if replace { temporary.persist(path) } else { temporary.persist_noclobber(path) };
        placed.map(drop).map_err(|error| error.error)
    }

    fn write(&self, file: &mut fs::File, license: &str) -> io::Result<()> {
        file.write_all(license.as_bytes())?;
        if self.durable { file.sync_all() } else { Ok(()) }
    }

    fn temporary(&self) -> io::Result<tempfile::NamedTempFile> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(&self.mark);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As any new file: the umask decides. A temporary file is private unless told otherwise.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(self.folder)
    }

    /// Removes the temporary files that this run left when it was killed. Those of other runs are theirs.
    pub(super) fn clean(&self) -> Result<(), Stop> {
        let cannot = |error: &io::Error| {
            Stop::failure(format!("cannot clean `{}`: {}", file::shown(self.folder), file::reason(error)))
        };
        for entry in fs::read_dir(self.folder).map_err(|error| cannot(&error))? {
            let entry = entry.map_err(|error| cannot(&error))?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(&self.mark)) {
                fs::remove_file(entry.path()).map_err(|error| cannot(&error))?;
            }
        }
        Ok(())
    }

    /// Returns when all that was put here so far is written down.
    pub(super) fn sync(&self) -> Result<(), Stop> {
        let write_down = if self.durable { write_names_down } else { write_all_down };
        self.opened.as_ref().map_or(Ok(()), write_down).map_err(|error| {
            Stop::failure(format!(
                "cannot write `{}` down: {}",
                file::shown(self.folder),
                file::reason(&error)
            ))
            .help("make room; `--resume` goes on with the run")
        })
    }
}

/// Writes all down that the file system of a folder holds back: one step for a hundred thousand files.
#[cfg(target_os = "linux")]
fn write_all_down(folder: &fs::File) -> io::Result<()> {
    rustix::fs::syncfs(folder)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
use write_names_down as write_all_down;

/// Writes the names in a folder down.
fn write_names_down(folder: &fs::File) -> io::Result<()> {
    folder.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_else_put_there_meanwhile_is_unchanged_or_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("out");
        let out = Out::make(&folder, "0123", false).unwrap();
        assert_eq!(out.standing("a.lic", "text"), Standing::Nothing);
        assert!(out.put("a.lic", "text", false).unwrap());
        assert!(!out.put("a.lic", "text", false).unwrap());
        assert_eq!(out.standing("a.lic", "text and more"), Standing::Other { beginning: true });
        assert!(out.put("a.lic", "other", false).unwrap_err().message.contains("exists"));
        assert!(out.put("a.lic", "other", true).unwrap());
        // Where the system knows no files without a name.
        let path = folder.join("c.lic");
        out.rename(&path, "text", false).unwrap();
        let again = out.rename(&path, "other", false).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"text");
        fs::remove_file(path).unwrap();
        out.sync().unwrap();
        for name in [".keywright-0123-Ab", ".keywright-9999-Ab", "b.lic"] {
            fs::write(folder.join(name), "").unwrap();
        }
        out.clean().unwrap();
        let mut left: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, [".keywright-9999-Ab", "a.lic", "b.lic"]);
    }
}
