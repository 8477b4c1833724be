//! Which scenario files there are: those named, and those below folders.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::{Stop, file};

/// What the names of scenario files end in.
pub(super) const SUFFIX: &str = ".scenarios.yaml";

/// Deepest folder that is looked into.
const MAX_DEPTH: usize = 64;

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
    let mut found = BTreeSet::new();
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        let cannot = |error: &std::io::Error| {
            Stop::failure(format!(
                "cannot read the folder `{}`: {}",
                file::shown(&folder),
                file::reason(error)
            ))
        };
        for entry in fs::read_dir(&folder).map_err(|error| cannot(&error))? {
            let entry = entry.map_err(|error| cannot(&error))?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let kind = entry.file_type().map_err(|error| cannot(&error))?;
            if kind.is_dir() && depth < MAX_DEPTH {
                waiting.push((entry.path(), depth + 1));
            } else if !kind.is_dir() && entry.file_name().to_string_lossy().ends_with(SUFFIX) {
                found.insert(entry.path());
            }
        }
    }
    Ok(found.into_iter().collect())
}
