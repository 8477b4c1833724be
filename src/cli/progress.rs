//! A progress bar, for people who wait.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter runs show none.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far a run is. Counts from several threads.
pub(in crate::cli) struct Progress {
    bar: ProgressBar,
    since: Instant,
    wanted: bool,
}

impl Progress {
    /// For so many `things`; `wanted` says whether anybody looks.
    pub(in crate::cli) fn new(count: usize, things: &'static str, wanted: bool) -> Self {
        let bar = ProgressBar::hidden();
        bar.set_length(u64::try_from(count).unwrap_or(u64::MAX));
        bar.set_message(things);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self { bar, since: Instant::now(), wanted }
    }

    /// Some more are done.
    pub(in crate::cli) fn done(&self, count: usize) {
        self.bar.inc(u64::try_from(count).unwrap_or_default());
        if self.wanted && self.bar.is_hidden() && self.since.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
        }
    }

    /// Runs something that prints, with the bar out of its way.
    pub(in crate::cli) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }
}

impl Drop for Progress {
    /// However a run ends, its bar does not stay behind.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
