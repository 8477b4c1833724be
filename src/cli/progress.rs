//! A progress bar on the terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter runs do not show a progress bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// The progress of a run. Can be used from several threads.
pub(crate) struct Progress {
    bar: ProgressBar,
    since: Instant,
    wanted: bool,
}

impl Progress {
    /// Creates a progress bar for `count` items. If `wanted` is false, nothing is shown.
    pub(crate) fn new(count: usize, things: &'static str, wanted: bool) -> Self {
        let bar = ProgressBar::hidden();
        bar.set_length(u64::try_from(count).unwrap_or(u64::MAX));
        bar.set_message(things);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self { bar, since: Instant::now(), wanted }
    }

    /// Adds completed items.
    pub(crate) fn done(&self, count: usize) {
        self.bar.inc(u64::try_from(count).unwrap_or_default());
        if self.wanted && self.bar.is_hidden() && self.since.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
    }

    /// Runs `print` with the progress bar hidden.
    pub(crate) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }
}

impl Drop for Progress {
    /// Removes the progress bar, even after an error.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
