//! Paths of licenses in scenario files: relative to the file, inside its project.
//!
//! DECISION: a scenario file may name licenses anywhere below the root of its project, which is the nearest directory with
//! a `keywright.toml` or `.git` in or above its own, and below its own directory if there is none. Links are resolved
//! before the check, so a scenario file that was received from outside cannot read other files.

use std::fs;
use std::path::{Component, Path, PathBuf};

use keywright_files::output::directory_of;
use keywright_scenario::LicenseError;

use super::config;
use super::{CliError, files};

/// Names that mark the root of a project.
const MARKS: [&str; 2] = [config::NAME, ".git"];

/// Returns the path of a license that a scenario file in `directory` names.
///
/// # Errors
/// Returns an error if the file does not exist, or is outside of the project.
pub(super) fn resolve(directory: &Path, relative: &str) -> Result<PathBuf, LicenseError> {
    let real = |path: &Path| {
        fs::canonicalize(path).map_err(|error| LicenseError::Unreadable(files::io_reason(&error)))
    };
    let directory_on_disk = real(directory)?;
    let root = root(&directory_on_disk);
    // The first check does not touch files outside, so a message cannot reveal which of them exist.
    if !without_parents(&directory_on_disk.join(relative)).starts_with(&root) {
        return Err(LicenseError::Outside);
    }
    let path = directory.join(relative);
    if real(&path)?.starts_with(root) { Ok(path) } else { Err(LicenseError::Outside) }
}

/// Returns a path with each `..` and the directory before it removed.
fn without_parents(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// Returns the root of the project of a directory.
fn root(directory: &Path) -> PathBuf {
    let is_root =
        |directory: &&Path| MARKS.iter().any(|mark| fs::symlink_metadata(directory.join(mark)).is_ok());
    directory.ancestors().find(is_root).unwrap_or(directory).to_owned()
}

/// Returns the path of a license for a scenario file in `directory`.
///
/// # Errors
/// Returns an error if a scenario file there cannot name the license.
pub(super) fn relative(license: &Path, directory: &Path) -> Result<String, CliError> {
    let real = |path: &Path| {
        fs::canonicalize(path).map_err(|error| {
            let name = files::display_name(path);
            CliError::failure(format!("cannot find `{name}`: {}", files::io_reason(&error)))
        })
    };
    let name = license.file_name().unwrap_or_default();
    let (license, directory) = (real(directory_of(license))?.join(name), real(directory)?);
    let common =
        license.components().zip(directory.components()).take_while(|(one, other)| one == other).count();
    let up = directory.components().skip(common).map(|_| Component::ParentDir);
    let path: PathBuf = up.chain(license.components().skip(common)).collect();
    let text = path.to_str().map(str::to_owned).ok_or_else(|| {
        CliError::usage(format!("the path `{}` is not valid UTF-8", files::display_name(&path)))
    })?;
    match resolve(&directory, &text) {
        Ok(_) => Ok(text),
        Err(_) => {
            let name = files::display_name(&license);
            Err(CliError::usage(format!("a scenario file there cannot name `{name}`"))
                .help("save it in the directory of the license or in another one of the same project"))
        }
    }
}
