//! Which files the paths on the command line mean.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::cli::{Exit, Stop, file};

/// The ending of license files, for searching folders. A file that is named itself may be called anything.
pub(super) const ENDING: &str = "lic";

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
        let faults = files.faults.len();
        let mut any = false;
        for entry in WalkBuilder::new(path).require_git(false).sort_by_file_name(Ord::cmp).build() {
            match entry {
                Ok(entry) if is_license(&entry) => {
                    any = true;
                    files.take(entry.path(), &mut seen);
                }
                Ok(_) => {}
                Err(error) => files.faults.push(unsearched(path, &error)),
            }
        }
        if !any && faults == files.faults.len() {
            files.faults.push(empty(path));
        }
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

fn is_license(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| !kind.is_dir())
        && entry.path().extension().is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

fn unsearched(folder: &Path, error: &ignore::Error) -> Stop {
    let reason = error.io_error().map_or_else(|| error.to_string(), file::reason);
    Stop::failure(format!("cannot search `{}`: {reason}", file::shown(folder)))
}

/// A folder in which nothing is found is no success: most likely it is the wrong one.
fn empty(folder: &Path) -> Stop {
    Stop::new(Exit::Usage, format!("there is no license file (`*.{ENDING}`) in `{}`", file::shown(folder)))
        .help(
            "hidden files and those that `.gitignore` names are left out; a file named itself is always read",
        )
}
