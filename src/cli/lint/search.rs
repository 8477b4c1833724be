//! Resolves the paths on the command line to files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use keywright_issue::TEMPLATE_ENDINGS;

use crate::search::{LICENSE, Search};
use crate::{CliError, Exit, files};

/// Search settings for the vendor's own directories: templates are searched too, ignore files apply, and links to files are followed.
const SEARCH: Search = Search { endings: &TEMPLATE_ENDINGS, as_git: true, hidden: false, links: true };

/// The result of the search.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The files in the order of the command line, sorted by name within a directory, without duplicates.
    pub(crate) paths: Vec<PathBuf>,
    /// Errors, including directories without a license file.
    pub(crate) faults: Vec<CliError>,
}

/// Replaces directories with the license files below them. Skips hidden files and files excluded by `.gitignore` or
/// `.ignore`, and does not follow links to directories.
pub(crate) fn search(paths: &[PathBuf]) -> Files {
    let mut files = Files::default();
    let mut seen = HashSet::new();
    for path in paths {
        if files::is_stdin(path) || !path.is_dir() {
            files.add(path, &mut seen);
            continue;
        }
        let found = SEARCH.below(path);
        for path in &found.files {
            files.add(path, &mut seen);
        }
        if found.files.is_empty() && found.faults.is_empty() {
            files.faults.push(empty(path));
        }
        files.faults.extend(found.faults);
    }
    files
}

impl Files {
    fn add(&mut self, path: &Path, seen: &mut HashSet<PathBuf>) {
        let plain = path.strip_prefix("./").unwrap_or(path);
        if seen.insert(plain.to_owned()) {
            self.paths.push(plain.to_owned());
        }
    }
}

/// The error for a directory without license files, which is probably the wrong directory.
fn empty(directory: &Path) -> CliError {
    CliError::new(
        Exit::Usage,
        format!("no license files (`*{LICENSE}`) in `{}`", files::display_name(directory)),
    )
    .help("name a file explicitly to read it; hidden files and files excluded by `.gitignore` are skipped")
}
