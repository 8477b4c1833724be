//! Reads the lines of RLM license files. A line that cannot be read is reported and omitted.

use keywright_syntax::limits;
use keywright_syntax::source::Span;

use super::attributes::attributes;
use super::keywords::STATEMENTS;
use super::model::{RlmCount, RlmFile, RlmKind, RlmLine};
use super::tokens::primaries;
use crate::draft::excerpt;
use crate::file_reader::Reading;
use crate::keyword::position;
use crate::loss::{
    BAD_VALUE, BROKEN_LINE, JOINED_LINES, LOCKED_TOKEN, METERED_LINE, Place, SERVER_LOCK, SERVER_SETTINGS,
    TOO_LARGE,
};
use crate::statements::{Grammar, Statement, Word, statements};

/// The rules for lines.
pub(crate) struct RlmLines;

/// Returns the statement that a word is, with or without the bracket of a license in a program.
fn statement(word: &str) -> Option<&'static str> {
    let word = word.strip_prefix('<').unwrap_or(word);
    position(STATEMENTS, word, true).and_then(|at| STATEMENTS.get(at)).map(|row| row.name)
}

impl Grammar for RlmLines {
    fn is_statement(&self, word: &str) -> bool {
        statement(word).is_some()
    }

    fn continues(&self, so_far: &[&str], word: &str) -> bool {
        let first = so_far.first().and_then(|word| statement(word)).unwrap_or_default();
        matches!(first, "LICENSE" | "FEATURE" | "UPGRADE")
            && (word.contains(['=', '<', '"']) || so_far.len() < 6)
    }
}

/// Reads a file into `out`.
pub(crate) fn parse(reading: &mut Reading<'_>, out: &mut RlmFile) {
    let source = reading.source;
    statements(source.text(), &RlmLines, |statement| parse_statement(reading, statement, out));
}

fn parse_statement(reading: &mut Reading<'_>, found: &Statement, out: &mut RlmFile) {
    let place = reading.place(found.span());
    if found.is_too_long || found.span().len() > limits::MAX_BLOCK_BYTES {
        let first = found.words.first().map(|word| word.span).unwrap_or_default();
        reading.report.add_found(&TOO_LARGE, reading.place(first), "the line is too long");
        return;
    }
    if let Some(open) = found.words.iter().find(|word| word.is_unclosed) {
        let head = Span { start: open.span.start, end: open.span.end.min(open.span.start + 24) };
        reading.report.add_found(&BROKEN_LINE, reading.place(head), "a quote is never closed");
        return;
    }
    let is_joined = |word: &Word| matches!(reading.raw(word.span), "LICENSE" | "UPGRADE" | "HOST" | "ISV");
    match found.words.iter().skip(2).position(is_joined).map(|at| found.words.split_at(at + 2)) {
        Some((first, second)) if first.len() >= 6 => {
            let at = second.first().map(|word| word.span).unwrap_or_default();
            let message = format!("`{}` begins in the middle of a line", reading.raw(at));
            reading.report.add_found(&JOINED_LINES, reading.place(at), message);
            parse_words(reading, first, place, out);
            parse_statement(reading, &Statement { words: second.to_vec(), is_too_long: false }, out);
        }
        _ => parse_words(reading, &found.words, place, out),
    }
}

fn parse_words(reading: &mut Reading<'_>, words: &[Word], place: Place, out: &mut RlmFile) {
    let Some((first, rest)) = words.split_first() else { return };
    match statement(reading.raw(first.span)) {
        Some("HOST" | "SERVER") => {
            reading.report.once(&SERVER_SETTINGS, place, "settings of the license server");
            let host_id = rest.get(1).map(|word| reading.text(*word)).unwrap_or_default();
            if !host_id.is_empty() && !host_id.eq_ignore_ascii_case("any") {
                let message = format!("the license server is locked to the host id `{}`", excerpt(&host_id));
                reading.report.add_found(&SERVER_LOCK, place, message);
            }
        }
        Some("ISV" | "DAEMON" | "CUSTOMER") => {
            reading.report.once(&SERVER_SETTINGS, place, "settings of the license server");
        }
        Some("UPGRADE") => out.lines.extend(license_line(reading, true, rest, place)),
        Some(_) => out.lines.extend(license_line(reading, false, rest, place)),
        None => {
            let word = excerpt(reading.raw(first.span));
            reading.report.add_found(
                &BROKEN_LINE,
                place,
                format!("`{word}` does not begin a line of a license file"),
            );
        }
    }
}

fn license_line(reading: &mut Reading<'_>, upgrade: bool, words: &[Word], place: Place) -> Option<RlmLine> {
    let needed = if upgrade { 6 } else { 5 };
    let Some((fixed, rest)) = words.split_at_checked(needed) else {
        let fields = "an ISV, a product, a version, an expiry date and a number of licenses";
        reading.report.add_found(&BROKEN_LINE, place, format!("the line is not complete: it needs {fields}"));
        return None;
    };
    let spans: Vec<Span> = fixed.iter().rev().take(2).map(|word| word.span).collect();
    let mut texts = fixed.iter().map(|word| reading.text(*word)).collect::<Vec<_>>().into_iter();
    let mut next = || texts.next().unwrap_or_default();
    let (vendor, product) = (next(), next());
    let kind = if upgrade { RlmKind::Upgrade { from: next() } } else { RlmKind::License };
    let (version, expires, count) = (next(), next(), next());
    let expires = reading.date("the expiry date", &expires, spans.get(1).copied().unwrap_or_default())?;
    let read = attributes(reading, rest)?;
    let tokens = read.attributes.get("token").map(str::to_owned);
    let count = count_of(reading, &count, tokens.as_deref(), spans.first().copied().unwrap_or_default())?;
    Some(RlmLine {
        kind,
        vendor,
        product,
        version,
        expires,
        count,
        issued: read.issued,
        start: read.start,
        signature: read.signature,
        attributes: read.attributes,
        place,
    })
}

fn count_of(reading: &mut Reading<'_>, text: &str, tokens: Option<&str>, span: Span) -> Option<RlmCount> {
    let place = reading.place(span);
    let folded = text.to_ascii_lowercase();
    match folded.as_str() {
        "uncounted" | "0" => return Some(RlmCount::Uncounted),
        "single" => return Some(RlmCount::Single),
        "token" | "token_locked" | "token_unlocked" => {
            if folded == "token_locked" {
                reading.report.add(&LOCKED_TOKEN, place);
            }
            let found = tokens.and_then(primaries);
            if found.is_none() {
                reading.report.add_found(
                    &BAD_VALUE,
                    place,
                    "a token needs `token=\"<product version count>\"`",
                );
            }
            return found.map(RlmCount::Token);
        }
        _ => {}
    }
    if folded.starts_with("meter") {
        reading.report.add(&METERED_LINE, place);
        return None;
    }
    match text.parse::<u32>() {
        Ok(count) if count <= limits::MAX_COUNT => Some(RlmCount::Counted(count)),
        _ => {
            reading.report.add_found(
                &BAD_VALUE,
                place,
                format!("`{}` is not a number of licenses", excerpt(text)),
            );
            None
        }
    }
}
