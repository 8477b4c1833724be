//! The limit of a mix of features as text.

use std::fmt::Write as _;

use keywright_resolve::Outcome;

use super::CostOfMix;
use crate::escape::escape;

/// Renders how often a mix of requests, made in turn, is granted.
#[must_use]
pub fn render(mix: &CostOfMix<'_>) -> String {
    let sums = mix.sums();
    let sums: Vec<String> = sums.iter().map(|(name, sum)| format!("{sum} × {}", escape(name))).collect();
    let mut text = format!("in turn on {}: {} can run at the same time\n", mix.day, sums.join(" and "));
    let _ = match &mix.limit.stopped {
        None => writeln!(text, "further checkouts were not tried"),
        Some((index, Outcome::Denied(reason))) => {
            writeln!(text, "the next {} is denied: {}", escape(mix.name(*index)), reason.as_str())
        }
        Some((index, Outcome::Failed(failure))) => {
            writeln!(text, "the result for the next {} is {}", escape(mix.name(*index)), failure.as_str())
        }
        Some((_, Outcome::Granted(_))) => Ok(()),
    };
    for line in mix.explanation() {
        let _ = writeln!(text, "  {}", escape(&line));
    }
    if let Some((name, day)) = mix.first_day {
        let _ = writeln!(text, "the first day on which {} can run is {day}: see `--at {day}`", escape(name));
    }
    text
}
