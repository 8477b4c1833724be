//! Escaping of JSON text for terminals.

use std::fmt::Write as _;

use super::hidden;

/// Replaces control characters and hidden characters of JSON text by escapes such as `\u009b`. A reader of the JSON gets the
/// same values, and a terminal that shows the text does not interpret them.
///
/// Serializers escape U+0000 to U+001F only. In JSON, every other such character is inside a string, so the escape is
/// always valid there. Line feeds, which are layout, are kept.
#[must_use]
pub fn escape_json(json: String) -> String {
    let is_raw = |c: char| c != '\n' && (c.is_control() || hidden::class(c).is_some());
    // Most JSON needs no change.
    if !json.contains(is_raw) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        if is_raw(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(c);
        }
    }
    escaped
}
