//! What `test --watch` looks at: the scenario files, and all that stands beside or directly below them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::watch::watch;
use crate::cli::{Exit, Io, Stop, file};

use super::discover::discover;
use super::{Args, once};

/// Plays, waits for a change, and plays again, until interrupted.
pub(super) fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if args.paths.iter().any(|path| file::is_stdin(path)) {
        return Err(Stop::usage("`--watch` needs files to look at"));
    }
    watch(args.watch_runs, || paths(args), |io| once(args, io), io)
}

/// Licenses stay below the folder of their scenario file.
fn paths(args: &Args) -> Vec<PathBuf> {
    let files = discover(&args.paths).unwrap_or_default();
    let folder_of = |path: &PathBuf| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new(".")).to_owned()
    };
    let folders: BTreeSet<PathBuf> = files.iter().map(folder_of).collect();
    let beside = folders.iter().flat_map(fs::read_dir).flatten().flatten().map(|entry| entry.path());
    beside.chain(files).collect()
}
