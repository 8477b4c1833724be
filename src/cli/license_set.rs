//! A set of license files on the command line: a file, a directory, a pattern, or a file in a revision of a git repository.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use globset::GlobBuilder;

use keywright_license::License;
use keywright_syntax::source::{FileId, MAX_FILE_BYTES, SourceFile};

use super::search::{LICENSE, Search};
use super::{CliError, Console, files};

/// Beginning of the name of a file in a git repository: `git:REV:PATH`.
const GIT: &str = "git:";

/// The file that git passes for a side without a file.
const NO_FILE: &str = "/dev/null";

const SEARCH: Search = Search { endings: &[LICENSE], as_git: false, hidden: false, links: true };

/// Reads the licenses of a set.
///
/// # Errors
/// Returns an error if a file cannot be read, or if the set has no file.
pub(super) fn read(set: &Path, io: &mut Console<'_>) -> Result<Vec<License>, CliError> {
    let text = set.to_string_lossy();
    if let Some(place) = text.strip_prefix(GIT) {
        let bytes = read_from_git(place)?;
        return Ok(vec![License::parse(SourceFile::from_bytes(FileId(0), text.into_owned(), bytes))]);
    }
    if set == Path::new(NO_FILE) {
        return Ok(Vec::new());
    }
    let paths = match find(set)? {
        Some(paths) => paths,
        None => vec![set.to_owned()],
    };
    let sources = paths.iter().enumerate().map(|(id, path)| files::source(path, id, io));
    let sources: Vec<Arc<SourceFile>> = sources.collect::<Result<_, _>>()?;
    Ok(sources.into_iter().map(License::parse).collect())
}

/// Returns the files of a directory or a pattern; `None` for a single file.
fn find(set: &Path) -> Result<Option<Vec<PathBuf>>, CliError> {
    let name = files::display_name(set);
    let (directory, pattern) = if set.is_dir() {
        (set.to_owned(), None)
    } else if !files::is_stdin(set) && !set.exists() && name.contains(['*', '?', '[', '{']) {
        let parts: Vec<_> = set.components().collect();
        let is_plain = |part: &std::path::Component<'_>| {
            !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{'])
        };
        let directory: PathBuf = parts.iter().take_while(|part| is_plain(part)).collect();
        let glob = GlobBuilder::new(&name).literal_separator(true).build();
        let glob =
            glob.map_err(|error| CliError::usage(format!("invalid pattern `{name}`: {}", error.kind())))?;
        let directory = if directory.as_os_str().is_empty() { PathBuf::from(".") } else { directory };
        (directory, Some(glob.compile_matcher()))
    } else {
        return Ok(None);
    };
    let endings: &[&str] = if pattern.is_some() { &[""] } else { &[LICENSE] };
    let found = Search { endings, ..SEARCH }.below(&directory);
    if let Some(fault) = found.faults.into_iter().next() {
        return Err(fault);
    }
    let matches = |path: &PathBuf| {
        let path = path.strip_prefix("./").unwrap_or(path);
        pattern.as_ref().is_none_or(|pattern| pattern.is_match(path))
    };
    let mut paths: Vec<PathBuf> = found.files.into_iter().filter(matches).collect();
    paths.sort();
    if paths.is_empty() {
        let what = if pattern.is_some() { "no file matches" } else { "no `*.lic` file in" };
        return Err(CliError::failure(format!("{what} `{name}`")));
    }
    Ok(Some(paths))
}

/// Reads a file of a revision: `REV:PATH`.
fn read_from_git(place: &str) -> Result<Vec<u8>, CliError> {
    let help = "write `git:REV:PATH`; PATH begins at the top of the repository, or with `./` at the current directory";
    if place.starts_with('-') || !place.contains(':') {
        return Err(CliError::usage(format!("`git:{place}` does not name a revision and a path")).help(help));
    }
    let cannot = |reason: &str| CliError::failure(format!("cannot read `git:{place}`: {reason}")).help(help);
    let mut child = Command::new("git")
        .args(["cat-file", "blob", place])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| cannot(&format!("cannot run `git`: {}", files::io_reason(&error))))?;
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let most = u64::try_from(MAX_FILE_BYTES + 1).unwrap_or(u64::MAX);
        // Closing the pipe ends git if the file is larger.
        stdout.take(most).read_to_end(&mut bytes).map_err(|error| cannot(&files::io_reason(&error)))?;
    }
    let output = child.wait_with_output().map_err(|error| cannot(&files::io_reason(&error)))?;
    if !output.status.success() && bytes.len() <= MAX_FILE_BYTES {
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().next().unwrap_or_default();
        return Err(cannot(line.strip_prefix("fatal: ").unwrap_or(line)));
    }
    Ok(bytes)
}
