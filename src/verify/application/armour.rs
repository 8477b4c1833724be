//! The forms of embedded keys: the text itself, base64, and base64 between two lines like those of PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The line before the base64 text.
const BEGIN: &str = "-----BEGIN KEYWRIGHT KEYS-----";
/// The line after it.
const END: &str = "-----END KEYWRIGHT KEYS-----";
/// Characters of base64 on a line.
const LINE: usize = 64;

/// Formats text as base64 between two lines, 64 characters on each line.
#[must_use]
pub fn to_armour(text: &str) -> String {
    let base64 = STANDARD.encode(text);
    let mut lines = vec![BEGIN];
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        lines.push(line);
        rest = after;
    }
    lines.extend([END, ""]);
    lines.join("\n")
}

/// Returns the text of embedded keys in any of the three forms, or `None` if it is damaged.
pub(super) fn from_any_form(embedded: &str) -> Option<String> {
    if embedded.starts_with("format:") {
        return Some(embedded.to_owned());
    }
    let text = embedded.trim();
    let inner = match text.strip_prefix(BEGIN) {
        Some(rest) => rest.strip_suffix(END)?,
        None => text,
    };
    let base64: String = inner.split_ascii_whitespace().collect();
    String::from_utf8(STANDARD.decode(base64).ok()?).ok()
}
