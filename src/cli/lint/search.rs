//! Which files the paths on the command line mean.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::cli::search::{LICENSE, Search};
use crate::cli::{Exit, Stop, file};

/// A house's own folders: what git leaves out is left out, and links to files are files.
const SEARCH: Search = Search { ending: LICENSE, as_git: true, hidden: false, links: true };

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The files, in the order of the command line, those of a folder by name; none twice.
    pub(super) paths: Vec<PathBuf>,
    /// What could not be searched, and folders without a license file.
    pub(super) faults: Vec<Stop>,
}

/// Replaces folders by the license files below them. Hidden files, and those that `.gitignore` and `.ignore` leave out,
/// are not looked at; links to folders are not followed.
pub(super) fn search(paths: &[PathBuf]) -> Files {
    let mut files = Files::default();
    let mut seen = HashSet::new();
    for path in paths {
        if file::is_stdin(path) || !path.is_dir() {
            files.take(path, &mut seen);
            continue;
        }
        let found = SEARCH.below(path);
        for path in &found.files {
            files.take(path, &mut seen);
        }
        if found.files.is_empty() && found.faults.is_empty() {
            files.faults.push(empty(path));
        }
        files.faults.extend(found.faults);
    }
    files
}

impl Files {
    fn take(&mut self, path: &Path, seen: &mut HashSet<PathBuf>) {
        let plain = path.strip_prefix("./").unwrap_or(path);
        if seen.insert(plain.to_owned()) {
            self.paths.push(plain.to_owned());
        }
    }
}

/// A folder in which nothing is found is no success: most likely it is the wrong one.
fn empty(folder: &Path) -> Stop {
    Stop::new(Exit::Usage, format!("there is no license file (`*{LICENSE}`) in `{}`", file::shown(folder)))
        .help(
            "hidden files and those that `.gitignore` names are left out; a file named itself is always read",
        )
}
