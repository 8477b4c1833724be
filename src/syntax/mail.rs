//! Detection of damage done by mail: a wrapped KEY, `>` before every line, `=3D` for every `=`, base64 encoding, and a
//! whole email instead of the license in it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

use super::codes;
use super::tree::Directive;

/// Length of a KEY in characters.
pub(super) const KEY_CHARS: usize = 100;
/// Minimum length of a base64 fragment that cannot be an ordinary word.
const PIECE: usize = 20;

/// Names of header lines that an email has. Two of them make an email.
const HEADERS: [&str; 12] = [
    "from",
    "to",
    "subject",
    "date",
    "received",
    "return-path",
    "delivered-to",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

/// Number of lines at the beginning of an email in which its headers are looked for.
const HEADER_LINES: usize = 100;

/// Returns true if the text begins with the headers of an email.
pub(super) fn is_email(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let header = |line: &str| {
        let name = line.split_once(':')?.0;
        HEADERS.iter().position(|known| known.eq_ignore_ascii_case(name))
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let first = text.lines().next().unwrap_or_default();
    // The first line has a header, or is the separator of a mailbox file.
    let begins = first.starts_with("From ")
        || first.split_once(':').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(is_name));
    let head = text.lines().take(HEADER_LINES).take_while(|line| !line.trim().is_empty());
    let mut seen: Vec<usize> = head.filter_map(header).collect();
    seen.sort_unstable();
    seen.dedup();
    begins && seen.len() >= 2
}

/// Returns true if all license lines begin with `>`. Text of the email around them may begin with anything.
pub(super) fn is_quoted(text: &str) -> bool {
    let is_license = |line: &&str| line.contains("FEATURE") || line.contains(['{', '}', '=']);
    let mut lines = text.lines().filter(is_license).peekable();
    lines.peek().is_some() && lines.all(|line| line.starts_with('>')) && text.contains("FEATURE")
}

/// Returns true if each `=` is followed by two hexadecimal digits or a line end, and at least one is `=3D`.
pub(super) fn is_encoded(text: &str) -> bool {
    let is_code = |rest: &str| {
        let rest = rest.strip_prefix('\r').unwrap_or(rest);
        rest.starts_with('\n') || rest.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2
    };
    has_typed_value(text, "=3D", &[])
        && text.match_indices('=').all(|(at, _)| text.get(at + 1..).is_some_and(is_code))
}

/// Directives whose values are dates, numbers, words or KEYs, which are never encoded or escaped.
const TYPED: [&str; 10] = [
    "COUNT",
    "VERSION",
    "KEYTYPE",
    "END",
    "START",
    "ISSUED",
    "TOKEN_DEPENDENCY",
    "KEY",
    "SOFTLIMIT",
    "BORROW",
];

/// Returns true if the value of such a directive, or of one of `more`, begins with `mark`, which begins with `=`. No
/// readable block has that.
pub(super) fn has_typed_value(text: &str, mark: &str, more: &[&str]) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_anywhere = memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    is_anywhere
        && text.split('\n').any(|line| {
            let code = line.split(['#', '"']).next().unwrap_or_default();
            code.split(|c: char| c.is_whitespace() || c == '{').any(|word| {
                let name = word.split(|c| !is_name(c)).next().unwrap_or_default();
                let is_typed = TYPED.contains(&name) || more.contains(&name);
                is_typed && word.get(name.len()..).is_some_and(|value| value.starts_with(mark))
            })
        })
}

/// Number of base64 characters to decode when looking for a block. A multiple of four.
const LOOKED_AT: usize = 64 * 1024;

/// Returns consecutive lines of base64 that decode to text that contains a block, joined.
pub(super) fn base64_body(text: &str) -> Option<String> {
    if text.contains(['{', '}']) {
        return None;
    }
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let mut body = String::new();
    // The additional empty line ends a sequence of lines at the end of the file.
    for line in text.lines().chain([""]).map(str::trim) {
        if !line.is_empty() && line.bytes().all(is_of_it) {
            body.push_str(line);
        } else {
            let body = std::mem::take(&mut body);
            if holds_block(&body) {
                return Some(body);
            }
        }
    }
    None
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
