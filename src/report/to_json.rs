//! JSON text of a report. All reports in JSON are written here, so that none of them contains a raw control character.

use keywright_syntax::escape_json;
use serde::Serialize;

/// Formats a value on one line.
///
/// # Errors
/// Returns an error for a map with keys that are not strings, which reports do not have.
pub(super) fn line(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(escape_json)
}

/// Formats an object on one line, with the version of the format as its first field.
///
/// # Errors
/// Returns an error as [`line`] does.
pub(super) fn versioned_line(value: &impl Serialize) -> serde_json::Result<String> {
    let line = line(value)?;
    Ok(format!("{{\"version\":1,{}", line.strip_prefix('{').unwrap_or(&line)))
}

/// Formats a value on several lines, without a final line break.
///
/// # Errors
/// Returns an error as [`line`] does.
pub(super) fn pretty(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(value).map(escape_json)
}

/// Formats a report that is a whole file, with a line break at the end.
///
/// # Errors
/// Returns an error as [`line`] does.
pub(super) fn document(value: &impl Serialize) -> serde_json::Result<String> {
    pretty(value).map(|json| json + "\n")
}
