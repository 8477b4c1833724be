//! Repeats the work of a command when one of its files changes (`--watch`).
//!
//! DECISION: file times are polled several times per second. This works on every operating system and on network
//! drives, and license directories are small.

use std::collections::BTreeMap;
use std::fs;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, SystemTime};

use super::{CliError, Console, Exit};

/// Clears the screen and the scrollback of a terminal, and moves the cursor to the top.
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// Polling interval.
const PERIOD: Duration = Duration::from_millis(300);

/// Modification time and size of each file.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Runs `once`, shows the time, and repeats it on a clear screen after each change of one of `paths`, until interrupted or after `most` runs. `paths` is
/// evaluated each time, so that new files in directories are included.
pub(super) fn watch(
    most: Option<usize>,
    paths: impl Fn() -> Vec<PathBuf>,
    mut once: impl FnMut(&mut Console<'_>) -> Result<Exit, CliError>,
    io: &mut Console<'_>,
) -> Result<Exit, CliError> {
    let look = || paths().into_iter().map(|path| (path.clone(), state(&path))).collect::<Seen>();
    let mut runs = 0;
    loop {
        if runs > 0 && io.interactive && std::io::stdout().is_terminal() {
            write!(io.stdout, "{CLEAR}")?;
        }
        // Look before reading, so that a change during the run is detected.
        let seen = look();
        let exit = match once(io) {
            Ok(exit) => exit,
            // A configuration may be invalid while it is being edited.
            Err(stop) => {
                io.error(&stop)?;
                stop.exit
            }
        };
        io.stdout.flush()?;
        runs += 1;
        if most.is_some_and(|most| runs >= most) {
            return Ok(exit);
        }
        let time = super::local_time::now().strftime("%H:%M:%S").to_string();
        io.note(&format!("{time}  watching for changes; press Ctrl-C to stop"))?;
        wait(&look, &seen);
    }
}

/// Returns when the files differ from `seen` and no longer change, so that a half-written file is not read.
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
