//! Paths on the command line of `verify`; a directory means the license files in it.

use std::path::{Path, PathBuf};

use super::search::{LICENSE, Search};
use super::{Io, Stop, file};

/// Settings for a directory that came from a customer: look at everything in it, and follow no links out of it.
const SEARCH: Search = Search { ending: LICENSE, as_git: false, hidden: true, links: false };

/// The files that a path means.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// The files.
    pub(super) files: Vec<PathBuf>,
    /// The number of directory entries that were skipped with a warning.
    pub(super) skipped: usize,
    /// Directories that could not be searched or contain no license files.
    pub(super) faults: Vec<Stop>,
}

/// Returns the file, or the `*.lic` files below a directory. Warns about entries named `*.lic` that are not regular
/// files.
///
/// # Errors
/// Returns an error if stderr cannot be written.
pub(super) fn license_files(path: &Path, io: &mut Io<'_>) -> Result<Collected, Stop> {
    if file::is_stdin(path) || !path.is_dir() {
        return Ok(Collected { files: vec![path.to_owned()], ..Collected::default() });
    }
    let found = SEARCH.below(path);
    found.warn(io)?;
    let skipped = found.passed_over.len();
    let mut faults = found.faults;
    if found.files.is_empty() && faults.is_empty() {
        let name = file::shown(path);
        faults.push(
            Stop::failure(format!("no license files in the directory `{name}`"))
                .help("the names of license files in a directory must end in `.lic`"),
        );
    }
    Ok(Collected { files: found.files, skipped, faults })
}
