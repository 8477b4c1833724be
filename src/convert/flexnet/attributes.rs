//! Reads the keywords of a license line.

use jiff::civil::Date;

use super::keywords::{ATTRIBUTES, CUSTOMER};
use super::model::Attributes;
use crate::draft::excerpt;
use crate::file_reader::Reading;
use crate::keyword::position;
use crate::loss::{BAD_VALUE, BROKEN_LINE, CUSTOMER_KEYWORD, Place, SIGNATURE, UNKNOWN_KEYWORD};
use crate::statements::{Word, unquoted};

/// The keywords of a line, and those that are read further.
#[derive(Debug, Default)]
pub(crate) struct LineAttributes {
    pub(crate) attributes: Attributes,
    pub(crate) issued: Option<Date>,
    pub(crate) start: Option<Date>,
    pub(crate) sort: u32,
}

/// Reads the keywords; `None` if one of them cannot be read, which is reported.
pub(crate) fn attributes(reading: &mut Reading<'_>, words: &[Word], place: Place) -> Option<LineAttributes> {
    let mut read = LineAttributes { sort: 100, ..LineAttributes::default() };
    let mut words = words.iter().copied().peekable();
    let mut after_signature = true;
    while let Some(word) = words.next() {
        let raw = reading.raw(word.span);
        let Some((name, value)) = raw.split_once('=') else {
            let flag = unquoted(raw);
            if after_signature && is_signature(&flag) {
                reading.report.once(&SIGNATURE, place, "the source is signed");
                continue;
            }
            after_signature = false;
            add(reading, &mut read, &flag, None, word)?;
            continue;
        };
        let mut value = unquoted(value);
        if value.is_empty() && !raw.contains('"') {
            value = words.next().map(|word| reading.text(word)).unwrap_or_default();
        }
        let name = name.to_owned();
        after_signature = matches!(name.as_str(), "SIGN" | "SIGN2");
        add(reading, &mut read, &name, Some(value), word)?;
    }
    Some(read)
}

/// Returns true for a signature or a group of one: a key by position, or `SIGN` with spaces and without quotes.
fn is_signature(word: &str) -> bool {
    word.len() >= 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn add(
    reading: &mut Reading<'_>,
    read: &mut LineAttributes,
    name: &str,
    value: Option<String>,
    word: Word,
) -> Option<()> {
    let place = reading.place(word.span);
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        let message = format!("`{}` is not a keyword", excerpt(reading.raw(word.span)));
        reading.report.add_found(&BROKEN_LINE, place, message);
        return None;
    }
    if let Some(row) = position(ATTRIBUTES, name, false) {
        return known(reading, read, row, value, word);
    }
    if name == "sort" {
        let sort = value.as_deref().and_then(|value| value.parse().ok());
        if sort.is_none() {
            reading.report.add_found(&BAD_VALUE, place, "the value of `sort` is not a number");
        }
        read.sort = sort?;
        return Some(());
    }
    let is_customer = position(CUSTOMER, name, false).is_some();
    if is_customer
        || position(ATTRIBUTES, name, true).is_some() && name.bytes().any(|b| b.is_ascii_lowercase())
    {
        let message = format!("`{name}` in lower case is a keyword of the customer without effect");
        reading.report.add_found(&CUSTOMER_KEYWORD, place, message);
        return Some(());
    }
    reading.report.add_found(&UNKNOWN_KEYWORD, place, format!("unknown keyword `{}`", excerpt(name)));
    Some(())
}

fn known(
    reading: &mut Reading<'_>,
    read: &mut LineAttributes,
    at: usize,
    value: Option<String>,
    word: Word,
) -> Option<()> {
    let row = ATTRIBUTES.get(at)?;
    let place = reading.place(word.span);
    if read.attributes.has(row.name) {
        reading.report.add_found(&BROKEN_LINE, place, format!("the line has {} twice", row.name));
        return None;
    }
    match row.name {
        "SIGN" | "SIGN2" | "AUTH" => {
            reading.report.once(&SIGNATURE, place, "the source is signed");
            return Some(());
        }
        "ISSUED" | "START" => {
            let text = value.as_deref().unwrap_or_default();
            let day = reading.date(row.name, text, word.span)?.day();
            if row.name == "ISSUED" {
                read.issued = day;
            } else {
                read.start = day;
            }
            return Some(());
        }
        _ => {}
    }
    if row.always
        && let Some(loss) = row.losses.first()
    {
        let shown = value
            .as_ref()
            .map_or_else(|| row.name.to_owned(), |value| format!("{}={}", row.name, excerpt(value)));
        reading.report.add_found(loss, place, format!("`{shown}`: {}", loss.source));
        return Some(());
    }
    read.attributes.0.push((at, value));
    Some(())
}
