//! Finds scenario files: named files, and files in named directories.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::search::Search;
use crate::{CliError, files};

/// The suffix of scenario file names.
pub(super) const SUFFIX: &str = ".scenarios.yaml";

const SEARCH: Search = Search { endings: &[SUFFIX], as_git: false, hidden: false, links: true };

/// Returns the files to run, without duplicates, in argument order.
pub(super) fn discover(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    // Different paths to the same file count as one.
    let place = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    for path in paths {
        let is_directory = !files::is_stdin(path) && fs::metadata(path).is_ok_and(|found| found.is_dir());
        let found = if is_directory { search(path)? } else { vec![path.clone()] };
        all.extend(found.into_iter().filter(|path| seen.insert(place(path))));
    }
    if all.is_empty() {
        return Err(CliError::usage(format!("no `*{SUFFIX}` file in these directories"))
            .help("pass a scenario file, or a directory that contains one"));
    }
    Ok(all)
}

/// Finds scenario files in a directory, sorted by path. Does not follow links to directories, and skips hidden files and
/// directories.
fn search(directory: &Path) -> Result<Vec<PathBuf>, CliError> {
    let mut found = SEARCH.below(directory);
    found.files.sort();
    match found.faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(found.files),
    }
}
