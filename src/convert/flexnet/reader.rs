//! Reads the lines of FlexNet license files. A line that cannot be read is reported and omitted.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use keywright_syntax::limits;
use keywright_syntax::source::Span;

use super::attributes::attributes;
use super::keywords::STATEMENTS;
use super::model::{Daemon, FlexFile, LicenseLine, LineKind, Seats, Server};
use super::package::package;
use crate::draft::excerpt;
use crate::file_reader::Reading;
use crate::keyword::position;
use crate::loss::{BAD_VALUE, BROKEN_LINE, JOINED_LINES, Place, SERVER_SETTINGS, TOO_LARGE};
use crate::statements::{Grammar, Statement, Word, statements, unquoted};

/// The rules for lines.
pub(crate) struct Lines;

impl Grammar for Lines {
    fn is_statement(&self, word: &str) -> bool {
        position(STATEMENTS, word, true).is_some()
    }

    fn continues(&self, so_far: &[&str], word: &str) -> bool {
        let is_key = word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'"');
        let first = so_far.first().copied().unwrap_or_default();
        let is_license =
            !["SERVER", "VENDOR", "DAEMON", "USE_SERVER"].iter().any(|name| first.eq_ignore_ascii_case(name));
        is_license && (word.contains('=') || is_key || so_far.len() < 6)
    }
}

/// Reads a file into `out`.
pub(crate) fn parse(reading: &mut Reading<'_>, out: &mut FlexFile) {
    let source = reading.source;
    statements(source.text(), &Lines, |statement| parse_statement(reading, statement, out));
}

fn parse_statement(reading: &mut Reading<'_>, statement: &Statement, out: &mut FlexFile) {
    let place = reading.place(statement.span());
    if statement.is_too_long || statement.span().len() > limits::MAX_BLOCK_BYTES {
        let first = statement.words.first().map(|word| word.span).unwrap_or_default();
        reading.report.add_found(&TOO_LARGE, reading.place(first), "the line is too long");
        return;
    }
    if let Some(open) = statement.words.iter().find(|word| word.is_unclosed) {
        reading.report.add_found(
            &BROKEN_LINE,
            reading.place(head(open.span)),
            "a quote or brace is never closed",
        );
        return;
    }
    let joined = statement.words.iter().skip(2).position(|word| {
        let text = reading.raw(word.span);
        STATEMENTS.iter().any(|row| row.name == text && !matches!(row.name, "VENDOR" | "SERVER" | "DAEMON"))
    });
    match joined.map(|at| statement.words.split_at(at + 2)) {
        Some((first, second)) if first.len() >= 5 => {
            let at = second.first().map(|word| word.span).unwrap_or_default();
            let message = format!("`{}` begins in the middle of a line", reading.raw(at));
            reading.report.add_found(&JOINED_LINES, reading.place(at), message);
            parse_words(reading, first, place, out);
            parse_statement(reading, &Statement { words: second.to_vec(), is_too_long: false }, out);
        }
        _ => parse_words(reading, &statement.words, place, out),
    }
}

/// Returns the first bytes of a span, for a message about something that does not end.
fn head(span: Span) -> Span {
    Span { start: span.start, end: span.end.min(span.start + 24) }
}

fn parse_words(reading: &mut Reading<'_>, words: &[Word], place: Place, out: &mut FlexFile) {
    let Some((first, rest)) = words.split_first() else { return };
    let keyword = reading.raw(first.span).to_ascii_uppercase();
    match keyword.as_str() {
        "SERVER" => match rest.get(1) {
            Some(host_id) => {
                let server = Server { host_id: reading.text(*host_id), place };
                reading.report.once(&SERVER_SETTINGS, place, "settings of the license server");
                out.servers.push(server);
            }
            None => reading.report.add_found(&BROKEN_LINE, place, "SERVER needs a host name and a host id"),
        },
        "VENDOR" | "DAEMON" => match rest.first() {
            Some(name) => out.daemons.push(Daemon { name: reading.text(*name), place }),
            None => reading.report.add_found(&BROKEN_LINE, place, format!("{keyword} needs a name")),
        },
        "USE_SERVER" => reading.report.once(&SERVER_SETTINGS, place, "settings of the license server"),
        "FEATURE" => out.lines.extend(license_line(reading, LineKind::Feature, rest, place)),
        "INCREMENT" => out.lines.extend(license_line(reading, LineKind::Increment, rest, place)),
        "UPGRADE" => out.lines.extend(license_line(reading, LineKind::Upgrade, rest, place)),
        "PACKAGE" => out.packages.extend(package(reading, rest, place)),
        _ => {
            let word = excerpt(reading.raw(first.span));
            reading.report.add_found(
                &BROKEN_LINE,
                place,
                format!("`{word}` does not begin a line of a license file"),
            );
        }
    }
}

fn license_line(
    reading: &mut Reading<'_>,
    kind: LineKind,
    words: &[Word],
    place: Place,
) -> Option<LicenseLine> {
    let needed = if kind == LineKind::Upgrade { 6 } else { 5 };
    let Some((fixed, rest)) = words.split_at_checked(needed) else {
        let fields = "a name, a vendor, a version, an expiry date and a number of licenses";
        reading.report.add_found(&BROKEN_LINE, place, format!("the line is not complete: it needs {fields}"));
        return None;
    };
    let mut texts = fixed.iter().map(|word| reading.text(*word)).collect::<Vec<_>>().into_iter();
    let mut next = || texts.next().unwrap_or_default();
    let (name, vendor) = (next(), next());
    let from = (kind == LineKind::Upgrade).then(&mut next);
    let (version, expires, count) = (next(), next(), next());
    let spans: Vec<Span> = fixed.iter().rev().take(2).map(|word| word.span).collect();
    let expires = reading.date("the expiry date", &expires, spans.get(1).copied().unwrap_or_default())?;
    let seats = seats(reading, &count, spans.first().copied().unwrap_or_default())?;
    let read = attributes(reading, rest, place)?;
    Some(LicenseLine {
        kind,
        name,
        vendor,
        from,
        version,
        expires,
        seats,
        issued: read.issued,
        start: read.start,
        sort: read.sort,
        attributes: read.attributes,
        digest: digest(reading, words),
        place,
    })
}

fn seats(reading: &mut Reading<'_>, text: &str, span: Span) -> Option<Seats> {
    if text.eq_ignore_ascii_case("uncounted") {
        return Some(Seats::Uncounted);
    }
    match text.parse::<u32>() {
        Ok(0) => Some(Seats::Uncounted),
        Ok(count) if count <= limits::MAX_COUNT => Some(Seats::Counted(count)),
        _ => {
            let place = reading.place(span);
            reading.report.add_found(
                &BAD_VALUE,
                place,
                format!("`{}` is not a number of licenses", excerpt(text)),
            );
            None
        }
    }
}

/// A number that is equal for lines with equal words, whatever their layout.
fn digest(reading: &Reading<'_>, words: &[Word]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for word in words {
        unquoted(reading.raw(word.span)).hash(&mut hasher);
    }
    hasher.finish()
}
