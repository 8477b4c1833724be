//! A difference as Markdown, for a comment on a pull request.

use std::fmt::Write as _;

use super::{Compared, text};
use crate::escape::escape;

/// Renders a difference.
#[must_use]
pub fn render(compared: &Compared<'_>) -> String {
    let difference = compared.difference;
    let (old, new) = (plain(&escape(compared.old)), plain(&escape(compared.new)));
    let mut text = format!("## License change: {}\n\n", text::verdict(compared));
    let _ = writeln!(text, "From {old} to {new}, on {} and later.", difference.at);
    for (heading, lost) in [("Less", true), ("Other changes", false)] {
        list(&mut text, heading, text::lines(difference, lost));
    }
    list(&mut text, "Blocks", difference.blocks.iter().map(text::block).collect());
    text
}

fn list(text: &mut String, heading: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n### {heading}\n");
    for line in lines {
        let _ = writeln!(text, "- {}", plain(&line));
    }
}

/// Escapes the characters that have a meaning in Markdown or HTML.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
