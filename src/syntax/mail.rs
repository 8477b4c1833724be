//! Detection of damage done by mail: a wrapped KEY, `>` before every line, `=3D` for every `=`, base64 encoding.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

use super::codes;
use super::tree::Directive;

/// Length of a KEY in characters.
const KEY_CHARS: usize = 100;
/// Minimum length of a base64 fragment that cannot be an ordinary word.
const PIECE: usize = 20;

/// Returns the finding for a file that mail changed as a whole. It replaces all findings on stray text.
pub(super) fn whole(source: &SourceFile) -> Option<Diagnostic> {
    let text = source.text();
    let (message, help) = if is_quoted(text) {
        (
            "the license was quoted in an email: every line begins with `>`",
            "use the attachment instead, or remove the `>` from every line",
        )
    } else if is_encoded(text) {
        (
            "the file is a quoted-printable email: every `=` is written as `=3D`",
            "save the license from the mail program instead of copying the message source",
        )
    } else if is_base64(text) {
        (
            "the license is base64-encoded: this is the source of an email or of its attachment",
            "save the attachment from the mail program instead of copying the message source",
        )
    } else {
        return None;
    };
    let first = text.find(|c: char| !c.is_whitespace()).unwrap_or_default();
    let end = text.get(first..)?.find('\n').map_or(text.len(), |at| first + at);
    Some(Diagnostic::new(&codes::MAIL_DAMAGE, source.id(), Span::new(first, end), message).help(help))
}

/// Returns true if all license lines begin with `>`. Text of the email around them may begin with anything.
fn is_quoted(text: &str) -> bool {
    let is_license = |line: &&str| line.contains("FEATURE") || line.contains(['{', '}', '=']);
    let mut lines = text.lines().filter(is_license).peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with('>')) && text.contains("FEATURE")
}

/// Returns true if each `=` is followed by two hexadecimal digits or a line end, and at least one is `=3D`.
fn is_encoded(text: &str) -> bool {
    let is_code = |rest: &str| {
        let rest = rest.strip_prefix('\r').unwrap_or(rest);
        rest.starts_with('\n') || rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2
    };
    text.contains("=3D") && text.match_indices('=').all(|(at, _)| text.get(at + 1..).is_some_and(is_code))
}

/// Number of base64 characters to decode when looking for a block. A multiple of four.
const LOOKED_AT: usize = 64 * 1024;

/// Returns true if consecutive lines of base64 decode to text that contains a block.
fn is_base64(text: &str) -> bool {
    if text.contains(['{', '}']) {
        return false;
    }
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut body = String::new();
    // The additional empty line ends a sequence of lines at the end of the file.
    for line in text.lines().chain([""]).map(str::trim) {
        if !line.is_empty() && line.bytes().all(is_of_it) {
            body.push_str(line.get(..LOOKED_AT.saturating_sub(body.len())).unwrap_or(line));
        } else if holds_block(&std::mem::take(&mut body)) {
            return true;
        }
    }
    false
}

fn holds_block(body: &str) -> bool {
    let whole = body.get(..body.len().min(LOOKED_AT) / 4 * 4).unwrap_or_default();
    let decoded = STANDARD.decode(whole).unwrap_or_default();
    memchr::memmem::find(&decoded, b"FEATURE").is_some() && decoded.contains(&b'{')
}

/// Returns the finding for stray text that continues the KEY before it.
pub(super) fn wrapped_key(source: &SourceFile, before: &Directive, span: Span) -> Option<Diagnostic> {
    if source.slice(before.name) != "KEY" || before.value.quoted {
        return None;
    }
    let gap = Span { start: before.value.span.end, end: span.start };
    let head = source.slice(before.value.span);
    // Quoted-printable marks a continued line with a final `=`.
    let head = head.strip_suffix('=').unwrap_or(head);
    let rest: String = source
        .slice(span)
        .lines()
        .map(str::trim)
        .map(|line| line.strip_suffix('=').unwrap_or(line))
        .collect();
    let is_base64 = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    };
    let length = head.len() + rest.len();
    let fits = head.len() < KEY_CHARS && (length == KEY_CHARS || rest.len() >= PIECE);
    if !source.slice(gap).contains('\n') || !is_base64(head) || !is_base64(&rest) || !fits {
        return None;
    }
    let message = "the KEY is wrapped over several lines, probably by a mail program";
    Some(
        Diagnostic::new(&codes::MAIL_DAMAGE, source.id(), span, message)
            .help("join the lines, or put the whole KEY in quotes"),
    )
}
