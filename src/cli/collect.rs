//! What paths on the command line of `verify` mean: a folder stands for the license files in it.

use std::path::{Path, PathBuf};

use crate::report::escape::escape;

use super::search::{LICENSE, Search};
use super::{Io, Stop, file};

/// A folder that came from a customer: everything in it is looked at, and nothing outside of it.
const SEARCH: Search = Search { ending: LICENSE, as_git: false, hidden: true, links: false };

/// What a path stands for.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// The files.
    pub(super) files: Vec<PathBuf>,
    /// What could not be searched, or holds nothing.
    pub(super) faults: Vec<Stop>,
}

/// The file that a path names; for a folder the `*.lic` files in it and below. What is called so and is no file is told.
///
/// # Errors
/// When stderr cannot be written.
pub(super) fn license_files(path: &Path, io: &mut Io<'_>) -> Result<Collected, Stop> {
    if file::is_stdin(path) || !path.is_dir() {
        return Ok(Collected { files: vec![path.to_owned()], faults: Vec::new() });
    }
    let found = SEARCH.below(path);
    for (path, what) in &found.passed_over {
        io.say(&format!("warning: `{}` is {what} and was not read", escape(&file::shown(path))))?;
    }
    let mut faults = found.faults;
    if found.files.is_empty() && faults.is_empty() {
        let name = file::shown(path);
        faults.push(
            Stop::failure(format!("`{name}` is a directory without license files"))
                .help("a folder stands for the files in it whose names end in `.lic`"),
        );
    }
    Ok(Collected { files: found.files, faults })
}
