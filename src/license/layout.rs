//! How the values of directives are laid out: the formatter's knowledge of the table.

use crate::syntax::{Layout, Tree, Unproven};

use super::directive::directive;

/// The layout of a directive's value. An unknown directive keeps a line of its own.
#[must_use]
pub fn layout(name: &str, value: &str) -> Layout {
    let is_key = name == "KEY";
    let compact = is_key || name == "REPLACES" && value.starts_with("KEY=");
    match directive(name) {
        Some(row) => Layout { quoted: row.quoted, own_line: row.quoted || is_key, compact },
        None => Layout { quoted: true, own_line: true, compact },
    }
}

/// A license file in canonical layout.
///
/// # Errors
/// When the file cannot be read, or when reading the result again does not give the same content.
pub fn format(tree: &Tree) -> Result<String, Unproven> {
    crate::syntax::format(tree, &layout)
}
