//! Places for machine-readable formats: line and column from 1, and file names as URIs.

use crate::Sources;
use crate::escape::escape;
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::{FileId, Position, SourceFile, Span};

/// The start and end of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) start: Position,
    /// The position after the last character.
    pub(super) end: Position,
}

/// Returns the range of a span; the start of the file if the file is unknown.
pub(super) fn range(source: Option<&SourceFile>, span: Span) -> Range {
    let at = |offset: u32| match source {
        Some(source) => source.position(offset as usize),
        None => Position { line: 1, column: 1, offset: offset as usize },
    };
    Range { start: at(span.start), end: at(span.end) }
}

/// Returns a file name for display: escaped, with `/` as separator and without a leading `./`.
pub(super) fn path(sources: &Sources<'_>, file: FileId) -> String {
    sources.get(file).map_or_else(String::new, |source| display_name(source.name()))
}

/// Like [`path`], for a name.
pub(super) fn display_name(name: &str) -> String {
    let name = if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() };
    escape(name.strip_prefix("./").unwrap_or(&name)).into_owned()
}

/// Returns a file name as a URI reference: relative for a relative name, `file:` for an absolute one.
pub(super) fn uri(name: &str) -> String {
    let name = if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() };
    let name = name.strip_prefix("./").unwrap_or(&name);
    let mut uri = match name {
        _ if name.starts_with('/') => "file://".to_owned(),
        _ if cfg!(windows) && name.as_bytes().get(1) == Some(&b':') => "file:///".to_owned(),
        _ => String::new(),
    };
    let absolute = !uri.is_empty();
    for byte in name.bytes() {
        // A colon in the first segment of a relative reference would be parsed as a scheme.
        let plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) || absolute && byte == b':';
        if plain {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// Returns the message followed by the help, for formats with a single text.
pub(super) fn message(found: &Diagnostic) -> String {
    let help = found.help.as_deref().map(|help| format!("\nhelp: {}", escape(help))).unwrap_or_default();
    format!("{}{help}", escape(&found.message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_become_equivalent_uris() {
        assert_eq!(uri("./a b/ü.lic"), "a%20b/%C3%BC.lic");
        assert_eq!(uri("/tmp/x.lic"), "file:///tmp/x.lic");
        assert_eq!(uri("c:x#?.lic"), "c%3Ax%23%3F.lic");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
