//! The layout of directive values for the formatter, from the table of directives.

use keywright_syntax::{Layout, Tree, Unproven};

use super::directive::directive;

/// Returns the layout of a directive's value. An unknown directive is written on a separate line.
#[must_use]
pub fn layout(name: &str, value: &str) -> Layout {
    let is_key = name == "KEY";
    let compact = is_key || name == "REPLACES" && value.starts_with("KEY=");
    match directive(name) {
        Some(row) => Layout { quoted: row.quoted, own_line: row.quoted || is_key, compact },
        None => Layout { quoted: true, own_line: true, compact },
    }
}

/// Returns the license file in canonical layout.
///
/// # Errors
/// Returns an error if the file cannot be read, or if the result does not parse to the same content.
pub fn format(tree: &Tree) -> Result<String, Unproven> {
    keywright_syntax::format(tree, &layout)
}
