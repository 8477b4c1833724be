//! Escaping of untrusted text for terminals, reports and JSON. All untrusted text goes through this module.

use std::borrow::Cow;
use std::fmt::Write as _;

use keywright_syntax::hidden;

/// Escapes every invisible character, and every character that a terminal could interpret, as `\u{…}`; line breaks and tabs
/// become `\n`, `\r`, `\t`. Text without such characters is returned unchanged.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hostile) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if is_hostile(c) => {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{{{:x}}}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// Returns the escaped text.
#[must_use]
pub fn escaped(text: &str) -> String {
    escape(text).into_owned()
}

/// Escapes a text of several lines, and keeps line breaks.
#[must_use]
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c != '\n' && is_hostile(c)) {
        return Cow::Borrowed(text);
    }
    let lines: Vec<Cow<'_, str>> = text.split('\n').map(escape).collect();
    Cow::Owned(lines.join("\n"))
}

/// Replaces hostile characters without changing the length in bytes, so that offsets remain valid. Keeps tabs, line feeds,
/// and carriage returns before line feeds.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let keep = |at: usize, c: char| {
        matches!(c, '\n' | '\t') || c == '\r' && text.as_bytes().get(at + 1) == Some(&b'\n') || !is_hostile(c)
    };
    if text.char_indices().all(|(at, c)| keep(at, c)) {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match c.len_utf8() {
            _ if keep(at, c) => masked.push(c),
            2 => masked.push('¿'),
            3 => masked.push('\u{fffd}'),
            len => masked.extend(std::iter::repeat_n('?', len)),
        }
    }
    Cow::Owned(masked)
}

/// Returns true for control characters and for the hidden characters of [`hidden`].
fn is_hostile(c: char) -> bool {
    c.is_control() || hidden::class(c).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_control_characters_are_escaped() {
        let hostile: String = (0..0x20)
            .chain(0x7f..0xa0)
            .chain([0x200b, 0x202e, 0x2066, 0xfeff, 0x2028, 0xe0041, 0xe000])
            .filter_map(char::from_u32)
            .collect();
        let escaped = escape(&hostile);
        assert!(escaped.chars().all(|c| c.is_ascii_graphic()), "{escaped}");
        assert_eq!(escape("\u{1b}[2Jx\ny"), "\\u{1b}[2Jx\\ny");
        let masked = mask(&hostile);
        assert_eq!(masked.len(), hostile.len());
        assert!(masked.chars().all(|c| !is_hostile(c) || matches!(c, '\n' | '\t')), "{masked:?}");
    }

    #[test]
    fn plain_text_is_not_escaped() {
        for good in ["MySolutions", "Größe 5 – 日本語", ""] {
            assert!(matches!(escape(good), Cow::Borrowed(same) if same == good));
        }
        assert_eq!(mask("a\tb\r\nc\r"), "a\tb\r\nc?");
        assert_eq!(escape_lines("a\nb\u{7}"), "a\nb\\u{7}");
    }
}
