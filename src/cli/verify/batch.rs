//! Files that are in memory at the same time.

use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;

use keywright_license::License;
use keywright_report::verify::{UnreadFile, masked_file};
use keywright_sign::AllCores;
use keywright_syntax::source::SourceFile;
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
        let mut sources: Vec<Arc<SourceFile>> = Vec::new();
        let mut unread: Vec<Unread> = Vec::new();
        let mut bytes = 0_usize;
        while sources.len() + unread.len() < size.files && bytes < size.bytes {
            let Some(item) = items.next() else { break };
            let number = before + sources.len() + unread.len();
            let (path, read) = match item {
                Item::File(path) => {
                    let read = files::source(&path, number, io);
                    (path, read)
                }
                Item::Fault(path, stop) => (path, Err(stop)),
            };
            match read {
                Ok(source) => {
                    bytes = bytes.saturating_add(source.text().len());
                    sources.push(source);
                }
                Err(stop) => unread.push(not_read(&path, (sources.len(), number + 1), stop, redact, io)?),
            }
        }
        let licenses = jobs::map(&AllCores, &sources, |source| License::parse(Arc::clone(source)));
        Ok(Self { before, licenses, unread })
    }

    /// Returns the number of files, read or not.
    pub(super) fn len(&self) -> usize {
        self.licenses.len() + self.unread.len()
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
