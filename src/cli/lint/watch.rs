//! What `lint --watch` looks at: the files, and where a configuration stands or may come to stand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::watch::watch;
use crate::cli::{Exit, Io, Stop, config};

use super::{Args, once, search};

/// Lints, waits for a change, and lints again, until interrupted.
pub(super) fn run(args: &Args, config: Option<&Path>, io: &mut Io<'_>) -> Result<Exit, Stop> {
    watch(args.watch_runs, || paths(args, config), |io| once(args, config, io), io)
}

/// The files and configurations that a run would read. New files in folders are among them.
fn paths(args: &Args, config: Option<&Path>) -> Vec<PathBuf> {
    let mut paths = search::search(&args.files).paths;
    match config {
        Some(config) => paths.push(config.to_owned()),
        None => paths.extend(configurations(&paths)),
    }
    paths
}

/// Where a configuration may stand or come to stand.
fn configurations(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let mut last = None;
    for folder in paths.iter().filter_map(|path| path.parent()) {
        if last == Some(folder) {
            continue;
        }
        last = Some(folder);
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        if let Ok(folder) = fs::canonicalize(folder) {
            all.extend(folder.ancestors().map(|folder| folder.join(config::NAME)));
        }
    }
    all
}
