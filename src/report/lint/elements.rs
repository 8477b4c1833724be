//! The elements of a JSON list that is written in parts.

use crate::to_json;

/// Writes the elements of a JSON list incrementally, indented and separated by commas.
#[derive(Debug, Default)]
pub(super) struct Elements {
    indent: usize,
    any: bool,
}

impl Elements {
    pub(super) fn new(indent: usize) -> Self {
        Self { indent, any: false }
    }

    /// Writes one element, with a separator if it is not the first.
    pub(super) fn push<T: serde::Serialize>(&mut self, out: &mut String, element: &T) {
        self.separate(out);
        out.push_str(&indented(element, self.indent));
    }

    /// Writes one element on one line.
    pub(super) fn push_line<T: serde::Serialize>(&mut self, out: &mut String, element: &T) {
        self.separate(out);
        out.push_str(&" ".repeat(self.indent));
        // Serialization does not fail for these types.
        out.push_str(&to_json::line(element).unwrap_or_default());
    }

    fn separate(&mut self, out: &mut String) {
        out.push_str(if self.any { ",\n" } else { "\n" });
        self.any = true;
    }

    /// Returns the text before the closing bracket.
    pub(super) fn close(&self) -> String {
        if self.any { format!("\n{}", " ".repeat(self.indent.saturating_sub(2))) } else { String::new() }
    }
}

/// Formats a value as pretty JSON with every line indented. Line breaks inside strings are escaped in JSON, so every line
/// break in the text is layout.
pub(super) fn indented<T: serde::Serialize>(value: &T, indent: usize) -> String {
    let margin = " ".repeat(indent);
    // Serialization fails only for maps with non-string keys, which these types do not have.
    let json = to_json::pretty(value).unwrap_or_default();
    format!("{margin}{}", json.replace('\n', &format!("\n{margin}")))
}
