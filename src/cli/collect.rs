//! Files from the paths of a command line: a folder stands for the license files in it.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Stop, file};

/// How the names of license files end.
const LICENSE_SUFFIX: &str = "lic";
/// Most files of one run.
const MOST_FILES: usize = 100_000;
/// Most folders within folders.
const DEEPEST: usize = 32;

/// The file that a path names; for a folder the `*.lic` files in it and below, in the order of their names. Symbolic links
/// in folders are not followed.
///
/// # Errors
/// When a folder cannot be read, holds no license file, or is too deep or too large.
pub fn license_files(path: &Path) -> Result<Vec<PathBuf>, Stop> {
    if file::is_stdin(path) || !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut folders = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let name = file::shown(&folder);
        if depth > DEEPEST {
            return Err(Stop::failure(format!("`{name}` lies more than {DEEPEST} folders deep")));
        }
        let cannot =
            |error: &std::io::Error| Stop::failure(format!("cannot read `{name}`: {}", file::reason(error)));
        for entry in fs::read_dir(&folder).map_err(|error| cannot(&error))? {
            let entry = entry.map_err(|error| cannot(&error))?;
            let kind = entry.file_type().map_err(|error| cannot(&error))?;
            let path = entry.path();
            if kind.is_dir() {
                folders.push((path, depth + 1));
            } else if kind.is_file() && path.extension().is_some_and(|end| end == LICENSE_SUFFIX) {
                found.push(path);
            }
            if found.len() + folders.len() > MOST_FILES {
                return Err(Stop::failure(format!("`{name}` holds more than {MOST_FILES} files")));
            }
        }
    }
    if found.is_empty() {
        let name = file::shown(path);
        return Err(Stop::failure(format!("`{name}` is a directory without license files"))
            .help("a folder stands for the files in it whose names end in `.lic`"));
    }
    found.sort();
    Ok(found)
}
