//! Bounded reads of regular files and standard input, and atomic writes.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keywright_files::input::{self, Refused};
use keywright_files::output::{directory_of, sync_directory};
use keywright_license::License;
use keywright_sign::AllCores;
use keywright_syntax::diagnostic::MOST_OF_A_CODE;
use keywright_syntax::source::{FileId, MAX_FILE_BYTES, SourceFile};

use super::atomic_file::{AtomicFile, temporary_in};
use super::context::Console;
use super::error::CliError;

pub use keywright_files::reason::io_reason;

/// Name of standard input in messages.
pub const STDIN: &str = "<stdin>";

/// Returns true if a path on the command line means standard input.
#[must_use]
pub fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Rejects paths that name standard input more than once.
///
/// # Errors
/// Returns an error if they do.
pub fn refuse_stdin_twice(paths: &[PathBuf]) -> Result<(), CliError> {
    if paths.iter().filter(|path| is_stdin(path)).count() < 2 {
        return Ok(());
    }
    Err(CliError::usage("standard input can be read only once").help("use `-` only once"))
}

/// Returns the name of a path for messages.
#[must_use]
pub fn display_name(path: &Path) -> String {
    if is_stdin(path) { STDIN.to_owned() } else { path.display().to_string() }
}

/// Reads a file, or standard input for `-`, up to the size limit of a license file.
///
/// # Errors
/// Returns an error if the file is missing, is not a regular file or a pipe, exceeds the limit, or cannot be read.
pub fn read(path: &Path, io: &mut Console<'_>) -> Result<Vec<u8>, CliError> {
    read_up_to(path, MAX_FILE_BYTES, io)
}

/// Reads a file, or standard input for `-`, up to `cap` bytes.
///
/// # Errors
/// Returns an error as [`read`] does.
pub fn read_up_to(path: &Path, cap: usize, io: &mut Console<'_>) -> Result<Vec<u8>, CliError> {
    if is_stdin(path) {
        return bounded(&mut *io.stdin, cap, STDIN);
    }
    read_file(path, cap)
}

/// Reads a license file, or standard input for `-`; at most one byte more than the size limit.
///
/// # Errors
/// Returns an error as [`read`] does, but not for the size.
pub fn read_license(path: &Path, io: &mut Console<'_>) -> Result<Vec<u8>, CliError> {
    if is_stdin(path) { read_up_to_cap(&mut *io.stdin, STDIN) } else { read_license_file(path) }
}

/// Reads a license file; `-` is not special.
///
/// # Errors
/// Returns an error as [`read`] does, but not for the size.
pub fn read_license_file(path: &Path) -> Result<Vec<u8>, CliError> {
    read_up_to_cap(open(path)?, &display_name(path))
}

fn read_up_to_cap(reader: impl Read, name: &str) -> Result<Vec<u8>, CliError> {
    read_bytes(reader, MAX_FILE_BYTES + 1, name)
}

/// Reads a regular file up to `cap` bytes.
///
/// # Errors
/// Returns an error as [`read`] does.
pub fn read_file(path: &Path, cap: usize) -> Result<Vec<u8>, CliError> {
    bounded(open(path)?, cap, &display_name(path))
}

/// Opens a regular file, or a pipe that was passed as a descriptor.
///
/// # Errors
/// Like [`read`], without the size limit.
pub fn open(path: &Path) -> Result<File, CliError> {
    let name = display_name(path);
    input::open_given(path).map_err(|refused| match refused {
        Refused::Io(error) => CliError::failure(format!("cannot read `{name}`: {}", io_reason(&error))),
        Refused::Directory => CliError::failure(format!("`{name}` {refused}")),
        Refused::NotRegular | Refused::Kernel => CliError::failure(format!("`{name}` {refused}"))
            .help("pipe its content into the command and use `-` as the file"),
    })
}

/// Reads at most this many bytes.
fn read_bytes(reader: impl Read, most: usize, name: &str) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    let read = reader.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut bytes);
    read.map_err(|error| CliError::failure(format!("cannot read `{name}`: {}", io_reason(&error))))?;
    Ok(bytes)
}

fn bounded(reader: impl Read, cap: usize, name: &str) -> Result<Vec<u8>, CliError> {
    let bytes = read_bytes(reader, cap.saturating_add(1), name)?;
    if bytes.len() > cap {
        return Err(CliError::failure(format!("`{name}` is larger than {}", size(cap)))
            .help("a license file can be split at any block"));
    }
    Ok(bytes)
}

fn size(bytes: usize) -> String {
    const MIB: usize = 1024 * 1024;
    if bytes >= MIB { format!("{} MiB", bytes / MIB) } else { format!("{} KiB", bytes / 1024) }
}

/// Reads a license file as source text. Parsing reports one that exceeds the size limit.
///
/// # Errors
/// Returns an error as [`read`] does, but not for the size.
pub fn source(path: &Path, id: usize, io: &mut Console<'_>) -> Result<Arc<SourceFile>, CliError> {
    let bytes = read_license(path, io)?;
    let id = FileId(u32::try_from(id).unwrap_or(u32::MAX));
    Ok(SourceFile::from_bytes(id, display_name(path), bytes))
}

/// Parses a license on all cores.
#[must_use]
pub fn parse_license(source: Arc<SourceFile>) -> License {
    License::parse_with(source, MOST_OF_A_CODE, &AllCores)
}

/// Writes a file atomically: into a temporary file in the same directory, which is then renamed. An existing file
/// keeps its permissions; if it is a symbolic link, its target is replaced.
///
/// # Errors
/// Returns an error if the file cannot be written; the old file is then unchanged.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    write_all(begin(path)?, bytes)
}

/// Begins to write a file as [`write()`] does.
///
/// # Errors
/// Returns an error as [`write()`] does.
pub fn begin(path: &Path) -> Result<AtomicFile, CliError> {
    AtomicFile::create(display_name(path), path)
}

/// Writes as [`write()`] does, but replaces a symbolic link itself instead of its target. A link to a device is not
/// replaced: the user means the device, which cannot be written atomically.
///
/// # Errors
/// Returns an error as [`write()`] does.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    // Dangling links are replaced too.
    if is_link && fs::metadata(path).map_or(true, |found| found.is_file()) {
        return put(path, bytes, true, true);
    }
    write_all(AtomicFile::over(display_name(path), path.to_owned())?, bytes)
}

fn write_all(mut file: AtomicFile, bytes: &[u8]) -> Result<(), CliError> {
    file.put(bytes)?;
    file.finish()
}

/// Creates files that must not exist, all of them or none, each one atomically.
///
/// # Errors
/// Returns an error if a file exists or cannot be written; the files created before are then removed.
pub fn create_all(files: &[(&Path, &[u8])]) -> Result<(), CliError> {
    let mut temporaries = Vec::new();
    for (path, bytes) in files {
        let cannot = |error: &io::Error| cannot_create(path, error);
        if fs::symlink_metadata(path).is_ok() {
            return Err(cannot(&io::ErrorKind::AlreadyExists.into()));
        }
        let mut temporary = temporary_in(directory_of(path), None).map_err(|error| cannot(&error))?;
        temporary.write_all(bytes).map_err(|error| cannot(&error))?;
        temporary.as_file().sync_all().map_err(|error| cannot(&error))?;
        temporaries.push((path, temporary));
    }
    let mut created: Vec<&Path> = Vec::new();
    for (path, temporary) in temporaries {
        if let Err(error) = temporary.persist_noclobber(path) {
            for earlier in created {
                fs::remove_file(earlier).ok();
            }
            return Err(cannot_create(path, &error.error));
        }
        created.push(path);
        sync_directory(directory_of(path));
    }
    Ok(())
}

/// Writes a file atomically, over an existing one if `replace` is set. A link is replaced itself. Unless `durable` is
/// set, the file is not synced to disk.
///
/// # Errors
/// Returns an error if the file exists and must not be replaced, or cannot be written.
pub fn put(path: &Path, bytes: &[u8], replace: bool, durable: bool) -> Result<(), CliError> {
    let cannot = |error: &io::Error| cannot_create(path, error);
    let mut temporary = temporary_in(directory_of(path), None).map_err(|error| cannot(&error))?;
    temporary.write_all(bytes).map_err(|error| cannot(&error))?;
    if durable {
        temporary.as_file().sync_all().map_err(|error| cannot(&error))?;
    }
    let placed = if replace { temporary.persist(path) } else { temporary.persist_noclobber(path) };
    placed.map_err(|error| cannot(&error.error))?;
    if durable {
        sync_directory(directory_of(path));
    }
    Ok(())
}

fn cannot_create(path: &Path, error: &io::Error) -> CliError {
    let name = display_name(path);
    if error.kind() == io::ErrorKind::AlreadyExists {
        return CliError::failure(format!("`{name}` already exists"))
            .help("nothing was written; choose another name, or remove the file");
    }
    CliError::failure(format!("cannot write `{name}`: {}", io_reason(error)))
}

/// Returns why a secret file was rejected or could not be read. Only texts of the operating system are simplified.
#[must_use]
pub fn secret_reason(error: &io::Error) -> String {
    if error.raw_os_error().is_some() { io_reason(error) } else { error.to_string() }
}
