//! `--watch`: lints again when a file changes.
//!
//! Files are looked at a few times a second instead of asking the operating system to tell: that is the same on every
//! system and on network drives, and a license folder is small.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::cli::config;
use crate::cli::{Exit, Io, Stop};

use super::{Args, once, search};

/// How often files are looked at.
const PERIOD: Duration = Duration::from_millis(300);

/// What tells that a file changed.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Lints, waits for a change, and lints again, until interrupted.
pub(super) fn run(args: &Args, config: Option<&Path>, io: &mut Io<'_>) -> Result<Exit, Stop> {
    let mut runs = 0;
    loop {
        // Looked at before it is read: what changes in between is seen as a change.
        let seen = look(args, config);
        let exit = match once(args, config, io) {
            Ok(exit) => exit,
            // Who writes a configuration writes a wrong one first.
            Err(stop) => {
                io.stop(&stop)?;
                stop.exit
            }
        };
        io.stdout.flush()?;
        runs += 1;
        if args.watch_runs.is_some_and(|most| runs >= most) {
            return Ok(exit);
        }
        io.say("watching for changes; Ctrl-C ends")?;
        wait(args, config, &seen);
    }
}

/// Returns when something differs from `seen` and has come to rest, so that a file is not read half written.
fn wait(args: &Args, config: Option<&Path>, seen: &Seen) {
    let mut last = None;
    loop {
        thread::sleep(PERIOD);
        let now = look(args, config);
        if now != *seen && last.as_ref() == Some(&now) {
            return;
        }
        last = Some(now);
    }
}

/// The files and configurations that a run would read. New files in folders are among them.
fn look(args: &Args, config: Option<&Path>) -> Seen {
    let mut paths = search::search(&args.files).paths;
    match config {
        Some(config) => paths.push(config.to_owned()),
        None => paths.extend(configurations(&paths)),
    }
    paths.into_iter().map(|path| (path.clone(), state(&path))).collect()
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

fn state(path: &Path) -> Option<(SystemTime, u64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}
