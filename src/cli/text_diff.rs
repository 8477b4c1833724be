//! Unified diffs on standard output.

use std::time::Duration;

use similar::TextDiff;

use keywright_report::escape::{escape, escape_lines};

use super::{CliError, Console};

/// Prints the changes from `old` to `new` as a unified diff.
///
/// # Errors
/// Returns an error if standard output cannot be written.
pub fn show(name: &str, old: &str, new: &str, io: &mut Console<'_>) -> Result<(), CliError> {
    // Bounded: for huge differences a coarser diff is acceptable.
    let diff = TextDiff::configure().timeout(Duration::from_secs(2)).diff_lines(old, new);
    let text = diff.unified_diff().header(&escape(name), &escape(name)).to_string();
    for line in text.split_inclusive('\n') {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let (on, off) = match line.chars().next().filter(|_| io.color_out) {
            Some('-') => ("\u{1b}[31m", "\u{1b}[0m"),
            Some('+') => ("\u{1b}[32m", "\u{1b}[0m"),
            _ => ("", ""),
        };
        writeln!(io.stdout, "{on}{}{off}", escape_lines(line))?;
    }
    Ok(())
}
