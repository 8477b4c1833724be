//! Files that are in memory at the same time.

use std::fs;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use keywright_license::License;
use keywright_report::verify::{UnreadFile, masked_file};
use keywright_sign::AllCores;
use keywright_syntax::source::{FileId, SourceFile};
use keywright_verify::jobs;

use super::super::{CliError, Console, Exit, files};
use super::inputs::Item;
use super::private;

/// The maximum size of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    files: usize,
    bytes: usize,
}

impl Size {
    /// Few files, so that memory does not grow with the directory.
    pub(super) const USUAL: Self = Self { files: 256, bytes: 4 << 20 };
    /// Many files, for work that has to be done for each batch.
    pub(super) const LARGE: Self = Self { files: 16_384, bytes: 64 << 20 };
    /// All files.
    pub(super) const ALL: Self = Self { files: usize::MAX, bytes: usize::MAX };
}

/// A file that could not be read: the number of files read before it in the batch, and the error.
#[derive(Debug)]
pub(super) struct Unread {
    before: usize,
    name: String,
    reason: String,
    pub(super) exit: Exit,
}

impl Unread {
    /// Returns the file for reports.
    pub(super) fn for_report(&self) -> UnreadFile<'_> {
        UnreadFile { before: self.before, name: &self.name, reason: &self.reason }
    }
}

/// Some files of the command line, read and parsed.
#[derive(Debug)]
pub(super) struct FileBatch {
    /// The number of files before the batch.
    pub(super) before: usize,
    pub(super) licenses: Vec<License>,
    pub(super) unread: Vec<Unread>,
}

impl FileBatch {
    /// Reads the next files, at least one.
    ///
    /// # Errors
    /// Returns an error if stderr cannot be written.
    pub(super) fn read(
        items: &mut Peekable<impl Iterator<Item = Item>>,
        before: usize,
        size: Size,
        redact: bool,
        io: &mut Console<'_>,
    ) -> Result<Self, CliError> {
        let mut chosen: Vec<FileToRead> = Vec::new();
        let mut bytes = 0;
        while chosen.len() < size.files && bytes < size.bytes {
            let Some(item) = items.next() else { break };
            let next = FileToRead::new(item, before + chosen.len(), io);
            bytes = bytes.saturating_add(next.size());
            chosen.push(next);
        }
        let read = jobs::map(&AllCores, &chosen, FileToRead::read);
        let mut batch = Self { before, licenses: Vec::with_capacity(chosen.len()), unread: Vec::new() };
        for (chosen, read) in chosen.iter().zip(read) {
            match read {
                Ok(license) => batch.licenses.push(license),
                Err(stop) => {
                    let place = (batch.licenses.len(), chosen.number + 1);
                    batch.unread.push(not_read(&chosen.path, place, stop, redact, io)?);
                }
            }
        }
        Ok(batch)
    }

    /// Returns the number of files, read or not.
    pub(super) fn len(&self) -> usize {
        self.licenses.len() + self.unread.len()
    }
}

/// A file of a batch before it is read.
struct FileToRead {
    path: PathBuf,
    /// Its number on the command line.
    number: usize,
    /// The content of standard input, or the error of a path that could not be searched.
    given: Option<Result<Vec<u8>, CliError>>,
}

impl FileToRead {
    fn new(item: Item, number: usize, io: &mut Console<'_>) -> Self {
        match item {
            Item::File(path) => {
                let given = files::is_stdin(&path).then(|| files::read_license(&path, io));
                Self { path, number, given }
            }
            Item::Fault(path, stop) => Self { path, number, given: Some(Err(stop)) },
        }
    }

    /// Returns the size in bytes, as far as it is known.
    fn size(&self) -> usize {
        match &self.given {
            Some(given) => given.as_ref().map_or(0, Vec::len),
            None => {
                fs::metadata(&self.path).map_or(0, |found| usize::try_from(found.len()).unwrap_or(usize::MAX))
            }
        }
    }

    fn read(&self) -> Result<License, CliError> {
        let bytes = match &self.given {
            Some(given) => given.clone()?,
            None => files::read_license_file(&self.path)?,
        };
        let id = FileId(u32::try_from(self.number).unwrap_or(u32::MAX));
        let source = SourceFile::from_bytes(id, files::display_name(&self.path), bytes);
        Ok(files::parse_license(source))
    }
}

/// Reports a file that could not be read. A masked message has no name and no reason, which can quote the name.
fn not_read(
    path: &Path,
    (before, number): (usize, usize),
    stop: CliError,
    redact: bool,
    io: &mut Console<'_>,
) -> Result<Unread, CliError> {
    let exit = stop.exit;
    let shown = if redact {
        let file = masked_file(number);
        CliError::new(exit, format!("cannot read {file} of the command line")).help(private::HELP)
    } else {
        stop
    };
    io.error(&shown)?;
    Ok(Unread { before, name: files::display_name(path), reason: shown.message, exit })
}
