//! The definition of a format, and access to the beginning of a text.

/// A format that is not that of license files.
#[derive(Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The name with its article: `a PDF document`.
    pub name: &'static str,
    /// Advice.
    pub help: &'static str,
}

impl Foreign {
    pub(super) const fn new(name: &'static str, help: &'static str) -> Self {
        Self { name, help }
    }
}

/// A way to recognise a text format.
pub(super) struct TextFormat {
    pub(super) format: Foreign,
    /// Returns true for text in this format. The text has no byte order mark and no spaces before it.
    pub(super) is: fn(&str) -> bool,
}

/// Number of lines that recognisers look at.
const LINES: usize = 200;

/// Returns the first lines that are neither empty nor comments.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r'])
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .take(LINES)
}

/// Returns the beginning of a text, at most `most` bytes long.
pub(super) fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}
