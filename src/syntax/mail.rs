//! What mail does to a license: a KEY on several lines, `>` before every line, `=3D` for every `=`, base64 for all of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

use super::codes;
use super::tree::Directive;

/// Characters of a KEY.
const KEY_CHARS: usize = 100;
/// A piece this long of nothing but base64 is no word that somebody wrote.
const PIECE: usize = 20;

/// The finding for a file that mail changed as a whole, of which nothing else is worth saying.
pub(super) fn whole(source: &SourceFile) -> Option<Diagnostic> {
    let text = source.text();
    let (message, help) = if is_quoted(text) {
        (
            "its lines begin with `>`: the license was quoted in a mail",
            "take it from the attachment, or remove the `>` from every line",
        )
    } else if is_encoded(text) {
        (
            "every `=` is written as `=3D`: this is the source of a mail (quoted-printable)",
            "save the license from the mail program instead of copying the source of the mail",
        )
    } else if is_base64(text) {
        (
            "the license stands in it as base64: this is the source of a mail, or of its attachment",
            "save the attachment from the mail program instead of copying the source of the mail",
        )
    } else {
        return None;
    };
    let first = text.find(|c: char| !c.is_whitespace()).unwrap_or_default();
    let end = text.get(first..)?.find('\n').map_or(text.len(), |at| first + at);
    Some(Diagnostic::new(&codes::MAIL_DAMAGE, source.id(), Span::new(first, end), message).help(help))
}

/// Whether all lines of a license begin with `>`; what a mail says around them may begin with anything.
fn is_quoted(text: &str) -> bool {
    let is_license = |line: &&str| line.contains("FEATURE") || line.contains(['{', '}', '=']);
    let mut lines = text.lines().filter(is_license).peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with('>')) && text.contains("FEATURE")
}

/// Whether each `=` is followed by two digits of a byte or by the end of its line, and one stands for itself.
fn is_encoded(text: &str) -> bool {
    let is_code = |rest: &str| {
        let rest = rest.strip_prefix('\r').unwrap_or(rest);
        rest.starts_with('\n') || rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2
    };
    text.contains("=3D") && text.match_indices('=').all(|(at, _)| text.get(at + 1..).is_some_and(is_code))
}

/// Characters of base64 that are looked at, a multiple of four: more than what stands before the first block.
const LOOKED_AT: usize = 64 * 1024;

/// Whether lines of nothing but base64, one behind the other, stand for text with a block.
fn is_base64(text: &str) -> bool {
    if text.contains(['{', '}']) {
        return false;
    }
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut body = String::new();
    // An empty line behind the last one ends what stands there.
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

/// The finding for stray text that is the rest of the KEY before it.
pub(super) fn wrapped_key(source: &SourceFile, before: &Directive, span: Span) -> Option<Diagnostic> {
    if source.slice(before.name) != "KEY" || before.value.quoted {
        return None;
    }
    let gap = Span { start: before.value.span.end, end: span.start };
    let head = source.slice(before.value.span);
    // Quoted-printable ends a line that goes on with `=`.
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
    let message = "the KEY was wrapped by mail: it goes on in the next line";
    Some(
        Diagnostic::new(&codes::MAIL_DAMAGE, source.id(), span, message)
            .help("join the lines, or put the whole KEY in quotes"),
    )
}
