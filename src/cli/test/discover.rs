//! Which scenario files there are: those named, and those below folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::search::Search;
use crate::cli::{Stop, file};

/// What the names of scenario files end in.
pub(super) const SUFFIX: &str = ".scenarios.yaml";

const SEARCH: Search = Search { ending: SUFFIX, as_git: false, hidden: false, links: true };

/// The files to play, each once, in the order of the arguments.
pub(super) fn discover(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Stop> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    // The same file by another path is played once.
    let place = |path: &PathBuf| fs::canonicalize(path).unwrap_or_else(|_| path.clone());
    for path in paths {
        let is_folder = !file::is_stdin(path) && fs::metadata(path).is_ok_and(|found| found.is_dir());
        let found = if is_folder { search(path)? } else { vec![path.clone()] };
        all.extend(found.into_iter().filter(|path| seen.insert(place(path))));
    }
    if all.is_empty() {
        return Err(Stop::usage(format!("there is no `*{SUFFIX}` in these folders"))
            .help("name a scenario file, or a folder that has one"));
    }
    Ok(all)
}

/// Scenario files below a folder, in the order of their paths. Links to folders are not followed, and what is hidden is
/// not looked at.
fn search(folder: &Path) -> Result<Vec<PathBuf>, Stop> {
    let mut found = SEARCH.below(folder);
    found.files.sort();
    match found.faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(found.files),
    }
}
