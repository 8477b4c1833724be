//! Encodings of mail programs, and line endings.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::mail;

/// Converts carriage returns without line feeds to line feeds, in a text that has no line feeds.
pub(super) fn carriage_returns(text: &str) -> Option<String> {
    let is_damaged = text.contains('\r') && !text.contains('\n');
    is_damaged.then(|| text.replace('\r', "\n"))
}

/// Removes the `>` before the lines of a quoted license, and the unquoted lines around them.
pub(super) fn quoted(text: &str) -> Option<String> {
    if !mail::is_quoted(text) {
        return None;
    }
    let lines = text.split_inclusive('\n').filter(|line| line.starts_with('>'));
    let unquoted = lines.map(|line| {
        let mut rest = line;
        while let Some(inner) = rest.strip_prefix('>') {
            rest = inner.strip_prefix(' ').filter(|inner| inner.starts_with('>')).unwrap_or(inner);
        }
        rest.strip_prefix(' ').unwrap_or(rest)
    });
    Some(unquoted.collect())
}

/// Decodes a quoted-printable text.
pub(super) fn quoted_printable(text: &str) -> Option<String> {
    mail::is_encoded(text).then(|| decode_quoted_printable(text))?
}

/// Decodes quoted-printable: `=XX` is a byte, and `=` at the end of a line continues it. Returns `None` if the result is
/// not UTF-8.
pub(super) fn decode_quoted_printable(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'=' {
            decoded.push(*byte);
            continue;
        }
        match after {
            [b'\r', b'\n', next @ ..] | [b'\n', next @ ..] => rest = next,
            [high, low, next @ ..] => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = next;
                }
                _ => decoded.push(b'='),
            },
            _ => decoded.push(b'='),
        }
    }
    String::from_utf8(decoded).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Decodes the lines of base64 that contain a license.
pub(super) fn base64(text: &str) -> Option<String> {
    mail::base64_body(text).and_then(|body| decode_base64(&body))
}

/// Decodes base64, ignoring line breaks. Returns `None` if the result is not UTF-8.
pub(super) fn decode_base64(text: &str) -> Option<String> {
    let body: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    // A copy may end early or lack its padding.
    let whole = body.get(..body.len() / 4 * 4)?;
    String::from_utf8(STANDARD.decode(whole).ok()?).ok()
}

/// Removes lines such as `-----BEGIN LICENSE-----`.
pub(super) fn armour(text: &str) -> Option<String> {
    let is_armour = |line: &str| {
        let line = line.trim();
        (line.starts_with("-----BEGIN ") || line.starts_with("-----END ")) && line.ends_with("-----")
    };
    if !text.lines().any(is_armour) {
        return None;
    }
    Some(text.split_inclusive('\n').filter(|line| !is_armour(line)).collect())
}
