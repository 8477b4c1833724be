//! Messages for text that the grammar does not accept, based on its probable cause.

use crate::diagnostic::{Diagnostic, Edit, Findings, Fix};
use crate::source::{EncodingFault, SourceFile, Span, UNREADABLE};

use super::codes;
use super::hidden::{code_point, hidden};

/// Maximum length of an excerpt in a message, in characters.
const EXCERPT: usize = 40;

pub(super) const CURLY: [char; 7] = ['“', '”', '„', '‟', '″', '«', '»'];

/// Returns true if the text contains a typographic quote.
pub(super) fn has_curly_quote(text: &str) -> bool {
    text.contains(CURLY)
}

/// Returns true if the text contains an unpaired typographic quote.
pub(super) fn opens_or_closes(text: &str) -> bool {
    text.matches(CURLY).count() % 2 == 1
}

/// Returns the text on one line, shortened to at most 40 characters for a message.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let line = super::tree::fold(text);
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.into_owned(),
    }
}

/// Returns the spans of control characters and of carriage returns without line feed. Adjacent ones share a span.
pub(super) fn controls(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut found: Vec<Span> = Vec::new();
    let mut at = 0;
    while let Some(start) = next_suspect(bytes, at) {
        let len = control_at(bytes, start);
        at = start + len.max(1);
        match found.last_mut() {
            _ if len == 0 => {}
            Some(last) if last.end as usize == start => *last = Span::new(last.start as usize, start + len),
            _ => found.push(Span::new(start, start + len)),
        }
    }
    found
}

/// Returns the offset of the next byte that can begin a control character. Nearly all text has none, so whole chunks are
/// tested at once.
fn next_suspect(bytes: &[u8], from: usize) -> Option<usize> {
    const CHUNK: usize = 32;
    let rest = bytes.get(from..)?;
    let is_clean = |chunk: &&[u8]| !chunk.iter().fold(false, |any, byte| any | is_suspect(*byte));
    let clean = rest.chunks_exact(CHUNK).take_while(is_clean).count() * CHUNK;
    let offset = rest.get(clean..)?.iter().position(|byte| is_suspect(*byte))?;
    Some(from + clean + offset)
}

fn is_suspect(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t' && byte != b'\n') || byte == 0x7f || byte == 0xc2
}

/// Returns the length of the control character at `start`, or 0 if there is none.
fn control_at(bytes: &[u8], start: usize) -> usize {
    match (bytes.get(start), bytes.get(start + 1)) {
        (Some(b'\r'), Some(b'\n')) => 0,
        (Some(0xc2), Some(0x80..=0x9f)) => 2,
        (Some(0xc2), _) => 0,
        _ => 1,
    }
}

/// Returns the finding for a run of control characters.
pub(super) fn control_error(source: &SourceFile, span: Span) -> Diagnostic {
    let c = source.slice(span).chars().next().unwrap_or_default();
    if c == UNREADABLE && matches!(source.fault(), Some(EncodingFault::NotUtf8 { .. })) {
        return Diagnostic::new(&codes::NOT_UTF8, source.id(), span, "invalid UTF-8 byte")
            .help("save the file as UTF-8; its current encoding is probably Latin-1 or Windows-1252");
    }
    let name = match c {
        '\r' => "carriage return without line feed".to_owned(),
        '\0' => "NUL character".to_owned(),
        '\u{c}' => "form feed".to_owned(),
        c => format!("control character U+{:04X}", u32::from(c)),
    };
    Diagnostic::new(&codes::CONTROL_CHARACTER, source.id(), span, format!("{name} in the file"))
        .help("remove it: only spaces, tabs and line breaks are allowed as separators, and values cannot contain it")
}

/// Maximum number of code points in a message.
const MOST_CODE_POINTS: usize = 8;

/// Returns the finding for a comment with hidden characters.
pub(super) fn hidden_in_comment(source: &SourceFile, comment: Span) -> Option<Diagnostic> {
    let mut found: Vec<char> = Vec::new();
    let mut place: Option<Span> = None;
    for (at, c, _) in hidden(source.slice(comment)) {
        let at = comment.start as usize + at;
        let here = Span::new(at, at + c.len_utf8());
        place = Some(place.map_or(here, |first| first.to(here)));
        if found.len() < MOST_CODE_POINTS && !found.contains(&c) {
            found.push(c);
        }
    }
    let names: Vec<String> = found.iter().map(|c| code_point(*c)).collect();
    let message = format!("hidden characters in a comment: {}", names.join(", "));
    let help = "remove them: they can make a comment misleading, or hide the text after it";
    Some(Diagnostic::new(&codes::HIDDEN_IN_COMMENT, source.id(), place?, message).help(help))
}

/// Returns the finding for stray text, or `None` if another finding already explains it.
pub(super) fn explain(source: &SourceFile, span: Span, in_block: bool) -> Option<Diagnostic> {
    let text = source.slice(span);
    let end = ceil_boundary(source.text(), span.end as usize);
    // The carriage return of a CRLF line ending is not a control character.
    let is_line_end = source.text().get(span.end as usize..).is_some_and(|rest| rest.starts_with("\r\n"));
    let around = source.slice(Span::new(
        floor_boundary(source.text(), span.start as usize),
        if is_line_end { end + 1 } else { end },
    ));
    if !controls(around).is_empty() {
        return None;
    }
    let found = |code, message: String| Diagnostic::new(code, source.id(), span, message);
    if has_curly_quote(text) {
        return Some(
            found(&codes::CURLY_QUOTES, format!("typographic quotes in `{}`", excerpt(text)))
                .help("type straight quotes `\"`; a word processor or mail program replaced them"),
        );
    }
    if touches_no_break_space(source, span) {
        return Some(
            found(
                &codes::NO_BREAK_SPACE_INSIDE,
                format!("no-break space inside `{}`", excerpt(words_around(source.text(), span))),
            )
            .help("remove it, or put the value in quotes: names and unquoted values cannot contain it"),
        );
    }
    if let Some(name) = assigned_name(text) {
        return Some(
            found(&codes::MISSING_VALUE, format!("missing value for `{}`", excerpt(name)))
                .help("write the value after `=`, on the same line"),
        );
    }
    Some(found(&codes::STRAY_TEXT, stray_message(source, span, in_block)).help(stray_help(text, in_block)))
}

/// Splits stray text of a block into separate faults if each of its lines ends in `NAME=` without a value.
pub(super) fn pieces(source: &SourceFile, span: Span) -> Vec<Span> {
    let mut start = span.start as usize;
    let mut pieces = Vec::new();
    for line in source.slice(span).split_inclusive('\n') {
        let blanks = line.len() - line.trim_start().len();
        pieces.push(Span::new(start + blanks, start + blanks + line.trim().len()));
        start += line.len();
    }
    let lost = |piece: &Span| {
        let text = source.slice(*piece);
        text.ends_with('=') && assigned_name(text).is_some()
    };
    if pieces.iter().all(lost) { pieces } else { vec![span] }
}

/// Returns `NAME` if the text is `NAME =` with nothing or a line break after the `=`.
fn assigned_name(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once('=')?;
    let name = name.trim_matches([' ', '\t', '\u{a0}']);
    let value_lost =
        rest.trim_start_matches([' ', '\t', '\u{a0}']).starts_with(['\n', '\r']) || rest.trim().is_empty();
    (value_lost && !name.is_empty() && !name.contains([' ', '\n', '"'])).then_some(name)
}

fn stray_message(source: &SourceFile, span: Span, in_block: bool) -> String {
    let text = source.slice(span);
    let before = source.text().get(..span.start as usize).and_then(|before| before.chars().next_back());
    if in_block && before == Some('"') {
        return format!("missing space between the closing quote and `{}`", excerpt(text));
    }
    match (text.chars().next(), in_block) {
        (Some('}'), false) => "unmatched closing brace".to_owned(),
        (_, false) => format!("`{}` is outside any block", excerpt(text)),
        (_, true) => format!("`{}` is not a directive", excerpt(text)),
    }
}

fn stray_help(text: &str, in_block: bool) -> String {
    if text.starts_with(crate::source::BOM) {
        return "remove the byte order mark before it; joining files can leave one there".to_owned();
    }
    if in_block {
        return "a block contains `NAME=value` pairs; quote values with spaces, and start comments with `#`"
            .to_owned();
    }
    if text.to_ascii_lowercase().starts_with("feature") && !text.starts_with("FEATURE") {
        return "write `FEATURE` in capitals".to_owned();
    }
    match text.starts_with("FEATURE") {
        true if !text.contains('{') => "add the missing `{`: a block is `FEATURE name { … }`".to_owned(),
        true => {
            "a block is `FEATURE name { … }`; the name consists of letters, digits, `_` and `-`".to_owned()
        }
        false => "a file contains blocks `FEATURE name { … }`; start comments with `#`".to_owned(),
    }
}

/// Returns true if a no-break space in or next to the text joins two words.
fn touches_no_break_space(source: &SourceFile, span: Span) -> bool {
    const NBSP: char = '\u{a0}';
    let text = source.text();
    let inner = source.slice(span).trim_matches(NBSP);
    let joined =
        |c: Option<char>| c.is_some_and(|c| !super::tree::is_blank(c) && !matches!(c, '{' | '}' | '"' | '#'));
    let within = inner.match_indices(NBSP).any(|(at, _)| {
        let before = inner.get(..at).and_then(|part| part.chars().next_back());
        let after = inner.get(at + NBSP.len_utf8()..).and_then(|part| part.chars().next());
        joined(before) && joined(after)
    });
    let left = text.get(..span.start as usize).and_then(|part| part.strip_suffix(NBSP));
    let right = text.get(span.end as usize..).and_then(|part| part.strip_prefix(NBSP));
    within
        || joined(left.and_then(|part| part.chars().next_back()))
        || joined(right.and_then(|part| part.chars().next()))
}

/// Adds warnings for no-break spaces that are read as spaces, one per line. Those reported as errors are excluded.
pub(super) fn no_break_spaces(source: &SourceFile, spans: &[Span], inside: &[Span], errors: &mut Findings) {
    let line_of = |span: &Span| source.position(span.start as usize).line;
    for line in spans.chunk_by(|one, other| line_of(one) == line_of(other)) {
        let edits: Vec<Edit> = line
            .iter()
            .filter(|span| !is_named(**span, inside))
            .map(|span| blank_for(source, *span))
            .collect();
        let Some(first) = edits.first().map(|edit| edit.span) else {
            continue;
        };
        let mut found =
            Diagnostic::new(&codes::NO_BREAK_SPACE, source.id(), first, "no-break space (U+00A0)")
                .help("it is read as a space; text copied from a web page often contains it");
        found.fix = Some(Fix { title: "replace it with a space".to_owned(), edits, safe: true });
        errors.push(found);
    }
}

/// Returns true if an error on stray text (in file order) already covers this no-break space.
fn is_named(span: Span, inside: &[Span]) -> bool {
    let next = inside.partition_point(|stray| stray.end < span.start);
    inside.get(next).is_some_and(|stray| stray.start <= span.end)
}

fn blank_for(source: &SourceFile, span: Span) -> Edit {
    Edit { span, replacement: " ".repeat(source.slice(span).chars().count()) }
}

/// Returns the span extended to the words that it touches, by at most 20 characters on each side.
fn words_around(text: &str, span: Span) -> &str {
    const MOST: usize = 20;
    let (before, after) = (
        text.get(..span.start as usize).unwrap_or_default(),
        text.get(span.end as usize..).unwrap_or_default(),
    );
    let left = before.char_indices().rev().take(MOST).take_while(|(_, c)| !super::tree::is_blank(*c)).last();
    let right = after.char_indices().take(MOST).take_while(|(_, c)| !super::tree::is_blank(*c)).last();
    let start = left.map_or(span.start as usize, |(at, _)| at);
    let end = span.end as usize + right.map_or(0, |(at, c)| at + c.len_utf8());
    text.get(start..end).unwrap_or_default()
}

/// Returns the offset of the previous character.
fn floor_boundary(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.char_indices().next_back()).map_or(0, |(start, _)| start)
}

/// Returns the offset of the next character.
fn ceil_boundary(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.chars().next()).map_or(at, |c| at + c.len_utf8())
}
