//! Files below a folder: the one way in which commands search.

use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::{Stop, file};

/// The ending of license files, for searching folders. A file that is named itself may be called anything.
pub(super) const LICENSE: &str = ".lic";
/// Most files of one folder.
const MOST_FILES: usize = 100_000;
/// Most folders within folders.
const DEEPEST: usize = 64;

/// How a command searches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// What the names of files end in, in letters of any case.
    pub(super) ending: &'static str,
    /// Whether files that `.gitignore` and `.ignore` name are left out.
    ///
    /// ◆ So it is in a house's own folders. In a folder that came from outside nothing may keep a file from being looked
    /// at, least of all another file in it.
    pub(super) as_git: bool,
    /// Whether hidden files and folders are looked at.
    pub(super) hidden: bool,
    /// Whether links to files are read. Those to folders never are.
    pub(super) links: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The files, those of a folder by name.
    pub(super) files: Vec<PathBuf>,
    /// What is called like such a file and is none: where, and what it is.
    pub(super) passed_over: Vec<(PathBuf, &'static str)>,
    /// What could not be searched.
    pub(super) faults: Vec<Stop>,
}

impl Search {
    /// Searches a folder.
    pub(super) fn below(self, folder: &Path) -> Found {
        let mut found = Found::default();
        let mut walk = WalkBuilder::new(folder);
        walk.standard_filters(self.as_git)
            .hidden(!self.hidden)
            .require_git(false)
            .sort_by_file_name(Ord::cmp);
        walk.max_depth(Some(DEEPEST + 1));
        for entry in walk.build() {
            match entry {
                Ok(entry) if is_folder(&entry) && entry.depth() > DEEPEST => {
                    let name = file::shown(entry.path());
                    found
                        .faults
                        .push(Stop::failure(format!("`{name}` lies more than {DEEPEST} folders deep")));
                }
                Ok(entry) => self.take(&entry, &mut found),
                Err(error) => found.faults.push(unsearched(folder, &error)),
            }
            if found.files.len() + found.faults.len() > MOST_FILES {
                let name = file::shown(folder);
                found.faults.push(Stop::failure(format!("`{name}` holds more than {MOST_FILES} files")));
                break;
            }
        }
        found
    }

    fn take(self, entry: &DirEntry, found: &mut Found) {
        let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { return };
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        if !name.ends_with(self.ending) {
            return;
        }
        let path = entry.path().to_owned();
        if kind.is_file() || self.links {
            found.files.push(path);
        } else {
            found.passed_over.push((path, if kind.is_symlink() { "a link" } else { "no regular file" }));
        }
    }
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn unsearched(folder: &Path, error: &ignore::Error) -> Stop {
    let reason = error.io_error().map_or_else(|| error.to_string(), file::reason);
    Stop::failure(format!("cannot search `{}`: {reason}", file::shown(folder)))
}
