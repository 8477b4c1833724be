//! The files that `test --watch` monitors: scenario files, their licenses, and the configuration files.

use std::path::{Path, PathBuf};

use crate::watch::watch;
use crate::{CliError, Console, Exit, config, files};
use keywright_files::output::directory_of;
use keywright_scenario::{self as scenario, MAX_SCENARIO_BYTES};
use keywright_syntax::source::{FileId, SourceFile};

use super::args::Args;
use super::discover::discover;
use super::template;

/// Runs the scenarios after each change, until interrupted.
pub(super) fn run(
    args: &Args,
    config: Option<&Path>,
    once: impl FnMut(&mut Console<'_>) -> Result<Exit, CliError>,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    if args.paths.iter().any(|path| files::is_stdin(path)) {
        return Err(CliError::usage("`--watch` cannot read standard input"));
    }
    watch(args.watch_runs, || paths(args, config), once, io)
}

/// Returns the files to monitor. An invalid scenario file contributes only itself.
fn paths(args: &Args, config: Option<&Path>) -> Vec<PathBuf> {
    let files = discover(&args.paths).unwrap_or_default();
    let licenses: Vec<PathBuf> = files.iter().flat_map(|path| licenses(path)).collect();
    let configs = config::places(&licenses, config);
    files.into_iter().chain(licenses).chain(configs).collect()
}

fn licenses(path: &Path) -> Vec<PathBuf> {
    let Ok(bytes) = files::read_file(path, MAX_SCENARIO_BYTES) else { return Vec::new() };
    let source = SourceFile::from_bytes(FileId(0), files::display_name(path), bytes);
    if let Some(template) = template::beside(path) {
        return vec![template];
    }
    let Ok(file) = scenario::parse(&source) else { return Vec::new() };
    file.licenses.iter().map(|license| directory_of(path).join(&license.value)).collect()
}
