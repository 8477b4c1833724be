//! Reads the keywords of a license line.

use jiff::civil::Date;

use super::keywords::ATTRIBUTES;
use super::model::RlmAttributes;
use crate::draft::excerpt;
use crate::file_reader::Reading;
use crate::keyword::position;
use crate::loss::{BAD_VALUE, BROKEN_LINE, INFORMATION, SIGNATURE, UNKNOWN_KEYWORD};
use crate::statements::{Word, unquoted};

/// The keywords of a line, and those that are read further.
#[derive(Debug, Default)]
pub(crate) struct RlmLineAttributes {
    pub(crate) attributes: RlmAttributes,
    pub(crate) issued: Option<Date>,
    pub(crate) start: Option<Date>,
    pub(crate) signature: Option<String>,
}

/// Reads the keywords; `None` if one of them cannot be read, which is reported.
pub(crate) fn attributes(reading: &mut Reading<'_>, words: &[Word]) -> Option<RlmLineAttributes> {
    let mut read = RlmLineAttributes::default();
    let mut words = words.iter().copied().peekable();
    let mut begins = true;
    while let Some(word) = words.next() {
        let raw = reading.raw(word.span);
        // The end of a license in a program.
        let raw = if words.peek().is_none() { raw.strip_suffix('>').unwrap_or(raw) } else { raw };
        if raw.is_empty() {
            continue;
        }
        let Some((name, value)) = raw.split_once('=') else {
            let flag = unquoted(raw);
            if begins && flag.len() >= 16 && position(ATTRIBUTES, &flag, true).is_none() {
                sign(reading, &mut read, &flag, word);
            } else {
                add(reading, &mut read, &flag, None, word)?;
            }
            begins = false;
            continue;
        };
        begins = false;
        let mut value = unquoted(value);
        let name = name.to_owned();
        if value.is_empty() && !raw.contains('"') {
            value = words.next().map(|word| reading.text(word)).unwrap_or_default();
        }
        if name.eq_ignore_ascii_case("sig") {
            if read.signature.is_some() {
                reading.report.add_found(&BROKEN_LINE, reading.place(word.span), "the line has sig twice");
                return None;
            }
            sign(reading, &mut read, &value, word);
        } else {
            add(reading, &mut read, &name, Some(value), word)?;
        }
    }
    Some(read)
}

fn sign(reading: &mut Reading<'_>, read: &mut RlmLineAttributes, signature: &str, word: Word) {
    let place = reading.place(word.span);
    reading.report.once(&SIGNATURE, place, "the source is signed");
    read.signature = Some(signature.replace(' ', ""));
}

fn add(
    reading: &mut Reading<'_>,
    read: &mut RlmLineAttributes,
    name: &str,
    value: Option<String>,
    word: Word,
) -> Option<()> {
    let place = reading.place(word.span);
    let Some(at) = position(ATTRIBUTES, name, true) else {
        return unknown(reading, name, word);
    };
    let row = ATTRIBUTES.get(at)?;
    if read.attributes.has(row.name) {
        reading.report.add_found(&BROKEN_LINE, place, format!("the line has {} twice", row.name));
        return None;
    }
    match row.name {
        "issued" | "start" => {
            let text = value.as_deref().unwrap_or_default();
            let day = reading.date(row.name, text, word.span)?.day();
            if row.name == "issued" {
                read.issued = day;
            } else {
                read.start = day;
            }
            return Some(());
        }
        "token" if value.is_none() => {
            reading.report.add_found(&BAD_VALUE, place, "`token` has no value");
            return None;
        }
        _ => {}
    }
    if row.always
        && let Some(loss) = row.losses.first()
    {
        reading.report.add_found(loss, place, format!("`{}`: {}", row.name, loss.source));
        return Some(());
    }
    read.attributes.0.push((at, value));
    Some(())
}

fn unknown(reading: &mut Reading<'_>, name: &str, word: Word) -> Option<()> {
    let place = reading.place(word.span);
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if name.is_empty() || !is_word {
        let message = format!("`{}` is not a keyword", excerpt(reading.raw(word.span)));
        reading.report.add_found(&BROKEN_LINE, place, message);
        return None;
    }
    if name.starts_with('_') {
        let message = format!("`{}` is a keyword that the customer may change", excerpt(name));
        reading.report.add_found(&INFORMATION, place, message);
    } else {
        let message = format!("unknown keyword `{}`", excerpt(name));
        reading.report.add_found(&UNKNOWN_KEYWORD, place, message);
    }
    Some(())
}
