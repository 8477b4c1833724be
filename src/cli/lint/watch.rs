//! `lint --watch`: watches the files, and the existing and possible configuration files.

use std::path::{Path, PathBuf};

use crate::watch::watch;
use crate::{CliError, Console, Exit, config};

use super::args::Args;
use super::search;

/// Lints again after every change, until interrupted.
pub(super) fn run(
    args: &Args,
    config: Option<&Path>,
    once: impl FnMut(&mut Console<'_>) -> Result<Exit, CliError>,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    watch(args.watch_runs, || paths(args, config), once, io)
}

/// Returns the files and configurations that a run would read, including new files in directories.
fn paths(args: &Args, config: Option<&Path>) -> Vec<PathBuf> {
    let mut paths = search::search(&args.files).paths;
    paths.extend(config::places(&paths, config));
    paths
}
