//! Atomic creation of files.
//!
//! If the process is killed while it writes, no partial file is left under the final name: an empty secret key file
//! would block the next attempt.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

/// Access to a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only the owner.
    Owner,
    /// Everyone, as far as the umask permits.
    All,
}

impl Access {
    /// The permission bits on Unix.
    #[must_use]
    pub fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::All => 0o666,
        }
    }
}

/// Prefix of the names of temporary files.
pub const TEMPORARY: &str = ".keywright-";

/// Creates a file that must not exist yet. Its content is on disk before it gets its name. A link with this name is not
/// followed.
///
/// If the system supports unnamed files, a killed process leaves nothing. Otherwise it can leave a temporary file with
/// the same permissions in the same directory.
///
/// # Errors
/// Returns an error if the path exists or the file cannot be written. No file is left then.
pub fn create_new(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let directory = directory_of(path);
    create_nameless(path, directory, bytes, access).or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Err(error),
        _ => create_beside(path, directory, bytes, access),
    })?;
    sync_directory(directory);
    Ok(())
}

/// Writes a temporary file in the same directory, and renames it without overwriting another file.
fn create_beside(path: &Path, directory: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut temporary = temporary_in(directory, TEMPORARY, access)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    temporary.persist_noclobber(path).map(drop).map_err(|error| error.error)
}

/// Creates a temporary file in a directory, with its final permissions.
///
/// # Errors
/// Returns an error if the directory cannot be written.
pub fn temporary_in(directory: &Path, prefix: &str, access: Access) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(access.mode()));
    }
    #[cfg(not(unix))]
    let _ = access;
    builder.tempfile_in(directory)
}

#[cfg(target_os = "linux")]
fn create_nameless(path: &Path, directory: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let directory = File::open(directory)?;
    let mut file = nameless::create(&directory, access)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    nameless::link(&file, &directory, name)
}

#[cfg(not(target_os = "linux"))]
fn create_nameless(_: &Path, _: &Path, _: &[u8], _: Access) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Unnamed files, of which nothing is left if the process is killed. Not all file systems support them.
#[cfg(target_os = "linux")]
pub mod nameless {
    use std::ffi::OsStr;
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd as _;

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
    use rustix::io::Errno;

    use super::Access;

    /// Creates an unnamed file in an open directory.
    ///
    /// # Errors
    /// Returns an error if the system or the file system does not support unnamed files, or if the directory cannot be
    /// written.
    pub fn create(directory: &File, access: Access) -> io::Result<File> {
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        Ok(openat(directory, ".", flags, Mode::from_raw_mode(access.mode()))?.into())
    }

    /// Gives an unnamed file a name in the directory. An existing file is not replaced.
    ///
    /// # Errors
    /// Returns an error if the name exists or the file cannot be linked.
    pub fn link(file: &File, directory: &File, name: &OsStr) -> io::Result<()> {
        match linkat(file, "", directory, name, AtFlags::EMPTY_PATH) {
            // Older kernels allow `AT_EMPTY_PATH` for privileged processes only; linking through `/proc` works for all.
            Err(error) if error != Errno::EXIST => {
                let opened = format!("/proc/self/fd/{}", file.as_raw_fd());
                Ok(linkat(CWD, opened, directory, name, AtFlags::SYMLINK_FOLLOW)?)
            }
            linked => Ok(linked?),
        }
    }
}

/// Opens a lock file, and creates it if it does not exist. The file is always empty, so a leftover lock file is
/// harmless. A link or a pipe with this name is rejected.
///
/// # Errors
/// Returns an error if the path is not a regular file or cannot be opened.
pub fn open_lock(path: &Path) -> io::Result<File> {
    let refused = || io::Error::other("it is not a regular file");
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(refused());
    }
    let mut options = File::options();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(refused()) }
}

/// Returns the directory of a file.
#[must_use]
pub fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes new names in a directory to disk. Errors are ignored: some systems cannot open a directory, and the file itself is on
/// disk already.
pub fn sync_directory(directory: &Path) {
    if let Ok(handle) = File::open(directory) {
        handle.sync_all().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_methods_create_complete_files_without_overwriting() {
        let place = tempfile::tempdir().unwrap();
        for (name, access) in [("secret", Access::Owner), ("public", Access::All)] {
            let path = place.path().join(name);
            create_new(&path, b"text", access).unwrap();
            assert_eq!(create_new(&path, b"x", access).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
            let beside = create_beside(&path, place.path(), b"x", access).unwrap_err();
            assert_eq!(beside.kind(), io::ErrorKind::AlreadyExists);
            let other = place.path().join(format!("{name}-2"));
            create_beside(&other, place.path(), b"text", access).unwrap();
            for path in [&path, &other] {
                assert_eq!(fs::read(path).unwrap(), b"text");
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt as _;
                    let mode = fs::metadata(path).unwrap().permissions().mode();
                    assert!(access == Access::All || mode & 0o777 == 0o600, "{mode:o}");
                }
            }
        }
        let names = fs::read_dir(place.path()).unwrap().count();
        assert_eq!(names, 4, "a temporary file is left");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_pipes_are_rejected_as_lock_files() {
        let place = tempfile::tempdir().unwrap();
        let (target, link) = (place.path().join("target"), place.path().join("link"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(open_lock(&link).is_err());
        assert!(!target.exists());
        drop(open_lock(&target).unwrap());
        drop(open_lock(&target).unwrap());
        assert_eq!(fs::metadata(&target).unwrap().len(), 0);
    }
}
