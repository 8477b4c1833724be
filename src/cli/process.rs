//! Panic handling: no result, and no data in the message.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

use super::Exit;

/// The complete message. A panic message may contain parts of a license or a secret.
const WORDS: &str = "error: internal error, no result\n  help: this is a bug in keywright; please report it with the command, \
    but do not attach confidential files\n";

/// Runs the program. A panic prints a fixed message and returns [`Exit::Failure`].
#[must_use]
pub fn guarded(run: impl FnOnce() -> Exit) -> Exit {
    set_hook(Box::new(|_| {
        // If stderr fails, the exit code remains.
        let _ = std::io::stderr().write_all(WORDS.as_bytes());
        if cfg!(panic = "abort") {
            exit_now();
        }
    }));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or(Exit::Failure)
}

#[expect(clippy::exit, reason = "a program without unwinding cannot return from a panic")]
fn exit_now() -> ! {
    std::process::exit(i32::from(Exit::Failure.code()))
}

/// Disables core dumps, because the memory may contain a secret key. Best effort: on failure the program continues.
pub fn no_core_dumps() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _ = setrlimit(Resource::Core, none);
    }
}
