//! Paths on the command line of `verify`; a directory means the license files in it.

use std::path::{Path, PathBuf};

use super::super::search::{LICENSE, Search};
use super::super::{CliError, Console, files};
use super::private;

/// Settings for a directory that came from a customer: search everything in it, but do not follow links out of it.
const SEARCH: Search = Search { endings: &[LICENSE], as_git: false, hidden: true, links: false };

/// The files that a path means.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// The files.
    pub(crate) files: Vec<PathBuf>,
    /// The number of directory entries that were skipped with a warning.
    pub(crate) skipped: usize,
    /// Directories that could not be searched or contain no license files.
    pub(crate) faults: Vec<CliError>,
}

/// Returns the file, or the `*.lic` files below a directory. Warns about entries named `*.lic` that are not regular
/// files.
///
/// # Errors
/// Returns an error if stderr cannot be written.
pub(crate) fn license_files(path: &Path, io: &mut Console<'_>) -> Result<Collected, CliError> {
    if files::is_stdin(path) || !path.is_dir() {
        return Ok(Collected { files: vec![path.to_owned()], ..Collected::default() });
    }
    let found = SEARCH.below(path);
    found.warn(io)?;
    let skipped = found.passed_over.len();
    let mut faults = found.faults;
    if found.files.is_empty() && faults.is_empty() {
        let name = files::display_name(path);
        faults.push(
            CliError::failure(format!("no license files in the directory `{name}`"))
                .help("the names of license files in a directory must end in `.lic`"),
        );
    }
    Ok(Collected { files: found.files, skipped, faults })
}

/// A file to verify, or a path that could not be searched.
#[derive(Debug)]
pub(super) enum Item {
    /// A file.
    File(PathBuf),
    /// A directory on the command line, and its error.
    Fault(PathBuf, CliError),
}

/// All files of a run.
#[derive(Debug)]
pub(super) struct VerifyInputs {
    /// The files and faults in the order of the command line.
    pub(super) items: Vec<Item>,
    /// The number of directory entries that were skipped.
    pub(super) skipped: usize,
    /// True if a path on the command line is a directory.
    pub(super) has_directory: bool,
}

impl VerifyInputs {
    /// The files, without the paths that could not be searched.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.items.iter().filter_map(|item| match item {
            Item::File(path) => Some(path.as_path()),
            Item::Fault(..) => None,
        })
    }

    /// Finds the files of all paths.
    ///
    /// # Errors
    /// Returns an error if stderr cannot be written.
    pub(super) fn find(paths: &[PathBuf], redact: bool, io: &mut Console<'_>) -> Result<Self, CliError> {
        let mut inputs = Self { items: Vec::new(), skipped: 0, has_directory: false };
        for path in paths {
            inputs.has_directory |= !files::is_stdin(path) && path.is_dir();
            let found = private::run(redact, "a directory", io, |io| license_files(path, io))?;
            inputs.skipped += found.skipped;
            inputs.items.extend(found.faults.into_iter().map(|stop| Item::Fault(path.clone(), stop)));
            inputs.items.extend(found.files.into_iter().map(Item::File));
        }
        Ok(inputs)
    }
}
