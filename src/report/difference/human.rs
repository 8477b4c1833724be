//! A difference as text.

use std::fmt::Write as _;

use super::{Compared, text};
use crate::escape::escape;

/// Renders a difference.
#[must_use]
pub fn render(compared: &Compared<'_>) -> String {
    let difference = compared.difference;
    let mut text = String::new();
    let (old, new) = (escape(compared.old), escape(compared.new));
    let _ = writeln!(text, "from {old} to {new}, on {} and later\n", difference.at);
    for (heading, lost) in [("less", true), ("other changes", false)] {
        let lines = text::lines(difference, lost);
        if !lines.is_empty() {
            let _ = writeln!(text, "{heading}\n  {}\n", lines.join("\n  "));
        }
    }
    if !difference.blocks.is_empty() {
        let lines: Vec<String> = difference.blocks.iter().map(text::block).collect();
        let _ = writeln!(text, "blocks\n  {}\n", lines.join("\n  "));
    }
    let _ = writeln!(text, "result: {}", text::verdict(compared));
    text
}
