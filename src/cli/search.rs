//! Search for files below a directory, shared by all commands.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};

use keywright_files::input;
use keywright_report::escape::escape;

use super::{CliError, Console, files};

/// Extension of license files in searched directories. A file given by name can have any name.
pub(super) const LICENSE: &str = ".lic";
/// Maximum number of files in one search.
const MOST_FILES: usize = 100_000;
/// Maximum depth of directories.
const DEEPEST: usize = 64;

/// Search settings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// File name endings, in lower case; they match in any case.
    pub(super) endings: &'static [&'static str],
    /// True if files listed in `.gitignore` and `.ignore` are skipped.
    ///
    /// DECISION: this is done only in the vendor's own directories. In a directory received from outside, no file may
    /// hide another one from the search.
    pub(super) as_git: bool,
    /// True if hidden files and directories are searched.
    pub(super) hidden: bool,
    /// True if links to files are followed. Links to directories never are.
    pub(super) links: bool,
}

/// The result of a search.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files, sorted by name within each directory.
    pub(super) files: Vec<PathBuf>,
    /// Entries with a matching name that are not regular files: path and kind.
    pub(super) passed_over: Vec<(PathBuf, &'static str)>,
    /// Directories that could not be searched.
    pub(super) faults: Vec<CliError>,
}

impl Search {
    /// Searches a directory.
    pub(super) fn below(self, directory: &Path) -> Found {
        let mut found = Found::default();
        let mut walk = WalkBuilder::new(directory);
        walk.standard_filters(self.as_git)
            .hidden(!self.hidden)
            .require_git(false)
            .sort_by_file_name(Ord::cmp);
        walk.max_depth(Some(DEEPEST + 1));
        let unfit = Arc::new(Mutex::new(Vec::new()));
        if self.as_git {
            let full = std::path::absolute(directory).unwrap_or_else(|_| directory.to_owned());
            found.faults.extend(full.ancestors().filter_map(unfit_rules));
            if !found.faults.is_empty() {
                return found;
            }
            let unfit = Arc::clone(&unfit);
            walk.filter_entry(move |entry| {
                let fault = if is_directory(entry) { unfit_rules(entry.path()) } else { None };
                let fits = fault.is_none();
                unfit.lock().unwrap_or_else(PoisonError::into_inner).extend(fault);
                fits
            });
        }
        for entry in walk.build() {
            match entry {
                Ok(entry) if is_directory(&entry) && entry.depth() > DEEPEST => {
                    let name = files::display_name(entry.path());
                    found.faults.push(CliError::failure(format!(
                        "`{name}` is nested more than {DEEPEST} directories deep"
                    )));
                }
                Ok(entry) => self.add(&entry, &mut found),
                Err(error) => found.faults.push(unsearched(directory, &error)),
            }
            if found.files.len() + found.faults.len() > MOST_FILES {
                let name = files::display_name(directory);
                found
                    .faults
                    .push(CliError::failure(format!("`{name}` contains more than {MOST_FILES} files")));
                break;
            }
        }
        found.faults.append(&mut unfit.lock().unwrap_or_else(PoisonError::into_inner));
        found
    }

    fn add(self, entry: &DirEntry, found: &mut Found) {
        let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { return };
        let path = entry.path().to_owned();
        if !self.links && kind.is_symlink() && path.is_dir() {
            found.passed_over.push((path, "a link to a directory"));
            return;
        }
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        if !self.endings.iter().any(|ending| name.ends_with(ending)) {
            return;
        }
        if kind.is_file() || self.links {
            found.files.push(path);
        } else {
            let what = if kind.is_symlink() { "a symbolic link" } else { "not a regular file" };
            found.passed_over.push((path, what));
        }
    }
}

impl Found {
    /// Warns about skipped entries, also with `-q`, because such an entry has the name of a file that would otherwise
    /// be read.
    ///
    /// # Errors
    /// Returns an error if stderr cannot be written.
    pub(super) fn warn(&self, io: &mut Console<'_>) -> Result<(), CliError> {
        for (path, what) in &self.passed_over {
            let name = escape(&files::display_name(path)).into_owned();
            writeln!(io.stderr, "warning: `{name}` is {what} and was not read")?;
        }
        Ok(())
    }
}

/// Files that list what git ignores. The library that reads them opens any entry with such a name.
const RULES: [&str; 3] = [".ignore", ".gitignore", ".git/info/exclude"];

/// Returns the error for a directory in which such a file is a device, a pipe or another entry that could block forever.
fn unfit_rules(directory: &Path) -> Option<CliError> {
    RULES.iter().map(|name| directory.join(name)).find_map(|path| match input::check(&path) {
        Ok(()) | Err(input::Refused::Io(_)) => None,
        Err(refused) => {
            Some(CliError::failure(format!("`{}` {refused}", files::display_name(&path))).help(
                "the directory was not searched; remove the entry, or give the files on the command line",
            ))
        }
    })
}

fn is_directory(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_dir())
}

fn unsearched(directory: &Path, error: &ignore::Error) -> CliError {
    let reason = error.io_error().map_or_else(|| error.to_string(), files::io_reason);
    CliError::failure(format!("cannot search `{}`: {reason}", files::display_name(directory)))
}
