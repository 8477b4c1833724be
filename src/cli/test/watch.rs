//! `--watch`: plays again when a scenario file or a license changes.
//!
//! Files are looked at a few times a second instead of asking the operating system to tell: that is the same on every
//! system and on network drives.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::cli::{Exit, Io, Stop, file};

use super::discover::discover;
use super::{Args, once};

/// How often files are looked at.
const PERIOD: Duration = Duration::from_millis(300);

/// What tells that a file changed.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Plays, waits for a change, and plays again, until interrupted.
pub(super) fn run(args: &Args, io: &mut Io<'_>) -> Result<Exit, Stop> {
    if args.paths.iter().any(|path| file::is_stdin(path)) {
        return Err(Stop::usage("`--watch` needs files to look at"));
    }
    let mut runs = 0;
    loop {
        // Looked at before it is read: what changes in between is seen as a change.
        let seen = look(args);
        let exit = match once(args, io) {
            Ok(exit) => exit,
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
        wait(args, &seen);
    }
}

/// Returns when something differs from `seen` and has come to rest, so that a file is not read half written.
fn wait(args: &Args, seen: &Seen) {
    let mut last = None;
    loop {
        thread::sleep(PERIOD);
        let now = look(args);
        if now != *seen && last.as_ref() == Some(&now) {
            return;
        }
        last = Some(now);
    }
}

/// The scenario files, and all that stands beside or directly below them: licenses stay below the folder of their
/// scenario file.
fn look(args: &Args) -> Seen {
    let mut seen = Seen::new();
    for path in discover(&args.paths).unwrap_or_default() {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !seen.contains_key(folder) {
            seen.insert(folder.to_owned(), None);
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                note(&mut seen, &entry.path());
            }
        }
        note(&mut seen, &path);
    }
    seen
}

fn note(seen: &mut Seen, path: &Path) {
    let state = fs::metadata(path).ok().and_then(|found| Some((found.modified().ok()?, found.len())));
    seen.insert(path.to_owned(), state);
}
