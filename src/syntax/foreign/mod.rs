//! Recognition of files in other formats by their first bytes or lines, so that one finding names the format instead of
//! many syntax errors.
//!
//! A recogniser only suggests a format. A file that can be read as a license without errors is never reported: the parser
//! checks that.

mod bytes;
mod format;
mod license_managers;
mod text;

pub use format::Foreign;

/// Returns the format of bytes that are not text.
pub(crate) fn of_bytes(bytes: &[u8]) -> Option<&'static Foreign> {
    bytes::recognise(bytes)
}

/// Returns the format of a text, if it is probably not a license.
pub(super) fn of_text(text: &str) -> Option<&'static Foreign> {
    let text = significant(text);
    let tables = [license_managers::FORMATS, text::FORMATS];
    tables.iter().flat_map(|table| table.iter()).find(|row| (row.is)(text)).map(|row| &row.format)
}

/// Returns the text without the byte order mark and the spaces before it.
pub(super) fn significant(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}
