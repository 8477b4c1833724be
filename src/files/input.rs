//! Files opened for reading.
//!
//! Only regular files are opened, and pipes that the caller passed as a descriptor. Devices, sockets, named pipes and
//! files of kernel file systems (such as `/proc/kmsg`, which is a regular file by its mode) are rejected, because
//! reading them can block or never end.

use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

/// The reason why a file is not opened.
#[derive(Debug)]
pub enum Refused {
    /// A directory.
    Directory,
    /// A device, a socket or a named pipe, or a symbolic link if links are not followed.
    NotRegular,
    /// A file of a kernel file system.
    Kernel,
    /// An error of the operating system.
    Io(io::Error),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory => f.write_str("is a directory, not a file"),
            Self::NotRegular => f.write_str("is not a regular file"),
            Self::Kernel => f.write_str("is a file of a kernel file system, not a regular file"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Refused {}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<Refused> for io::Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Io(error) => error,
            other => Self::new(io::ErrorKind::InvalidInput, format!("it {other}")),
        }
    }
}

/// Opens a regular file. Symbolic links are followed.
///
/// # Errors
/// Returns an error if the path is not a regular file of a disk, or cannot be opened.
pub fn open(path: &Path) -> Result<File, Refused> {
    open_as(path, true)
}

/// Opens a regular file. A symbolic link is rejected.
///
/// # Errors
/// Returns the errors of [`open`].
pub fn open_unlinked(path: &Path) -> Result<File, Refused> {
    open_as(path, false)
}

/// Opens a regular file, or a pipe that the caller passed as a descriptor: `/dev/stdin`, or `/dev/fd/63` as a shell writes
/// for `<(command)`. Such a pipe ends when its writer ends, like standard input.
///
/// # Errors
/// Returns the errors of [`open`].
pub fn open_given(path: &Path) -> Result<File, Refused> {
    if is_passed(path) && system::is_pipe(&fs::metadata(path)?) {
        return Ok(File::open(path)?);
    }
    open(path)
}

/// Checks that a path is a regular file of a disk, for libraries that open their files themselves.
///
/// # Errors
/// Returns the errors of [`open`].
pub fn check(path: &Path) -> Result<(), Refused> {
    regular(&fs::metadata(path)?)?;
    system::refuse_kernel_path(path)
}

/// Reads a regular file, but at most `cap + 1` bytes, so that the caller can detect a longer one.
///
/// # Errors
/// Returns the errors of [`open`], and errors of reading.
pub fn read_over(path: &Path, cap: u64) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    open(path)?.take(cap.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The file is checked by its path first, because opening a device can have effects, and again after opening, because
/// the path may have changed. Opening never blocks.
fn open_as(path: &Path, follow: bool) -> Result<File, Refused> {
    let named = if follow { fs::metadata(path)? } else { fs::symlink_metadata(path)? };
    regular(&named)?;
    system::refuse_kernel_path(path)?;
    let file = system::options(follow).open(path)?;
    regular(&file.metadata()?)?;
    system::refuse_kernel_file(&file)?;
    Ok(file)
}

fn regular(found: &Metadata) -> Result<(), Refused> {
    match found.file_type() {
        kind if kind.is_dir() => Err(Refused::Directory),
        kind if kind.is_file() => Ok(()),
        _ => Err(Refused::NotRegular),
    }
}

/// Returns true for paths of descriptors. A link to such a path is not one, and descriptors 1 and 2 are outputs.
fn is_passed(path: &Path) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    path.to_str().is_some_and(|text| {
        let descriptor = text.strip_prefix("/dev/fd/").or_else(|| text.strip_prefix("/proc/self/fd/"));
        text == "/dev/stdin" || descriptor.is_some_and(|text| number(text) && !matches!(text, "1" | "2"))
    })
}

#[cfg(unix)]
mod system {
    use std::fs::{File, Metadata, OpenOptions};
    use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
    use std::path::Path;

    use rustix::fs::OFlags;

    use super::Refused;

    pub(super) fn is_pipe(found: &Metadata) -> bool {
        found.file_type().is_fifo()
    }

    pub(super) fn options(follow: bool) -> OpenOptions {
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if !follow {
            flags |= OFlags::NOFOLLOW;
        }
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        options
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn refuse_kernel_path(path: &Path) -> Result<(), Refused> {
        refuse_kernel(&rustix::fs::statfs(path).map_err(std::io::Error::from)?)
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn refuse_kernel_file(file: &File) -> Result<(), Refused> {
        refuse_kernel(&rustix::fs::fstatfs(file).map_err(std::io::Error::from)?)
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn refuse_kernel(found: &rustix::fs::StatFs) -> Result<(), Refused> {
        // The width of the field depends on the platform; the magic numbers have 32 bits.
        let kind = u32::try_from(i128::from(found.f_type) & 0xffff_ffff).unwrap_or_default();
        if KERNEL_FILE_SYSTEMS.iter().any(|(known, _)| *known == kind) {
            return Err(Refused::Kernel);
        }
        Ok(())
    }

    /// Kernel file systems, by their magic numbers in `linux/magic.h`.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const KERNEL_FILE_SYSTEMS: [(u32, &str); 22] = [
        (0x0000_9fa0, "proc"),
        (0x6265_6572, "sysfs"),
        (0x6462_6720, "debugfs"),
        (0x7472_6163, "tracefs"),
        (0x7363_6673, "securityfs"),
        (0x6265_6570, "configfs"),
        (0x0027_e0eb, "cgroup"),
        (0x6367_7270, "cgroup2"),
        (0xcafe_4a11, "bpf"),
        (0x6165_676c, "pstore"),
        (0xde5e_81e4, "efivarfs"),
        (0xf97c_ff8c, "selinux"),
        (0x4341_5d53, "smack"),
        (0x5a3c_69f0, "apparmorfs"),
        (0x4249_4e4d, "binfmt_misc"),
        (0x6573_5543, "fusectl"),
        (0x6e73_6673, "nsfs"),
        (0x1980_0202, "mqueue"),
        (0x0000_1cd1, "devpts"),
        (0x0765_5821, "resctrl"),
        (0xabba_1974, "xenfs"),
        (0x0904_1934, "anon_inode"),
    ];

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    #[expect(clippy::unnecessary_wraps, reason = "other systems have no such files")]
    pub(super) fn refuse_kernel_path(_: &Path) -> Result<(), Refused> {
        Ok(())
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    #[expect(clippy::unnecessary_wraps, reason = "other systems have no such files")]
    pub(super) fn refuse_kernel_file(_: &File) -> Result<(), Refused> {
        Ok(())
    }
}

#[cfg(not(unix))]
mod system {
    use std::fs::{File, Metadata, OpenOptions};
    use std::path::Path;

    use super::Refused;

    pub(super) fn is_pipe(_: &Metadata) -> bool {
        false
    }

    pub(super) fn options(_: bool) -> OpenOptions {
        let mut options = OpenOptions::new();
        options.read(true);
        options
    }

    #[expect(clippy::unnecessary_wraps, reason = "other systems have no such files")]
    pub(super) fn refuse_kernel_path(_: &Path) -> Result<(), Refused> {
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "other systems have no such files")]
    pub(super) fn refuse_kernel_file(_: &File) -> Result<(), Refused> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_input_descriptors_count_as_pipes() {
        for name in ["/dev/stdin", "/dev/fd/0", "/dev/fd/63", "/proc/self/fd/3"] {
            assert!(is_passed(Path::new(name)), "{name}");
        }
        for name in
            ["/dev/fd/1", "/dev/fd/2", "/dev/fd/", "/dev/fd/3/x", "/proc/1/fd/3", "fd/3", "/dev/stdout"]
        {
            assert!(!is_passed(Path::new(name)), "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn kernel_files_are_rejected_through_links() {
        let place = tempfile::tempdir().unwrap();
        let link = place.path().join("a.lic");
        std::os::unix::fs::symlink("/proc/version", &link).unwrap();
        for path in [Path::new("/proc/version"), Path::new("/proc/kmsg"), &link] {
            if path.exists() {
                assert!(matches!(open(path), Err(Refused::Kernel)), "{}", path.display());
                assert!(matches!(check(path), Err(Refused::Kernel)), "{}", path.display());
            }
        }
        assert!(matches!(open_unlinked(&link), Err(Refused::NotRegular)));
        assert!(matches!(open(place.path()), Err(Refused::Directory)));
        assert!(matches!(open(Path::new("/dev/zero")), Err(Refused::NotRegular)));
    }
}
