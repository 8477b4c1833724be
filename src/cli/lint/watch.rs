//! What `lint --watch` looks at: the files, and where a configuration stands or may come to stand.

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
    paths.extend(config::places(&paths, config));
    paths
}
