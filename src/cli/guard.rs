//! What becomes of a fault of the program itself: nothing is concluded, and nothing of what it worked on is shown.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use super::Exit;

/// All that is said. What a panic carries may hold a part of a license, or of a secret.
const WORDS: &str = "error: keywright failed within itself; nothing is concluded\n  help: please report it with the command, \
    and without the files that are nobody else's concern\n";

/// Runs the program; a fault of its own is told in fixed words and ends as a failure.
#[must_use]
pub fn guarded(run: impl FnOnce() -> Exit) -> Exit {
    set_hook(Box::new(|_| {
        // Where stderr itself fails there is nobody left to tell.
        let _ = std::io::stderr().write_all(WORDS.as_bytes());
    }));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or(Exit::Failure)
}

/// Keeps the memory of a process that is killed off the disk: it may hold a secret key. Best effort: where the system does
/// not let itself be told, all else works the same.
pub fn no_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _ = setrlimit(Resource::Core, none);
    }
}
