//! `--watch`: does a command's work again when a file that it reads changes.
//!
//! Files are looked at a few times a second instead of asking the operating system to tell: that is the same on every
//! system and on network drives, and a license folder is small.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Exit, Io, Stop};

/// How often files are looked at.
const PERIOD: Duration = Duration::from_millis(300);

/// What tells that a file changed.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Does `once`, waits for a change of one of `paths`, and does it again, until interrupted or `most` times. `paths` is
/// asked anew each time: new files in folders are among them.
pub(super) fn watch(
    most: Option<usize>,
    paths: impl Fn() -> Vec<PathBuf>,
    mut once: impl FnMut(&mut Io<'_>) -> Result<Exit, Stop>,
    io: &mut Io<'_>,
) -> Result<Exit, Stop> {
    let look = || paths().into_iter().map(|path| (path.clone(), state(&path))).collect::<Seen>();
    let mut runs = 0;
    loop {
        // Looked at before it is read: what changes in between is seen as a change.
        let seen = look();
        let exit = match once(io) {
            Ok(exit) => exit,
            // Who writes a configuration writes a wrong one first.
            Err(stop) => {
                io.stop(&stop)?;
                stop.exit
            }
        };
        io.stdout.flush()?;
        runs += 1;
        if most.is_some_and(|most| runs >= most) {
            return Ok(exit);
        }
        io.say("watching for changes; Ctrl-C ends")?;
        wait(&look, &seen);
    }
}

/// Returns when something differs from `seen` and has come to rest, so that a file is not read half written.
fn wait(look: &dyn Fn() -> Seen, seen: &Seen) {
    let mut last = None;
    loop {
        thread::sleep(PERIOD);
        let now = look();
        if now != *seen && last.as_ref() == Some(&now) {
            return;
        }
        last = Some(now);
    }
}

fn state(path: &PathBuf) -> Option<(SystemTime, u64)> {
    let found = fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}
