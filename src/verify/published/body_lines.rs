//! Reads the body of a signed list in the layout in which keywright writes it.
//!
//! The body is YAML. Applications do not need a YAML parser, because every published list has the same layout: one
//! value on each line. A body in another layout is rejected, also if it is the same YAML.

use std::fmt::Write as _;
use std::str::FromStr;

use jiff::civil::Date;

use super::super::trust_entry::TrustError;

/// The lines of a body that were not read yet.
pub(super) struct BodyLines<'a> {
    rest: &'a str,
    number: u64,
}

impl<'a> BodyLines<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text, number: 1 }
    }

    /// The number of the next line, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Returns true if all lines were read.
    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Returns true if the next line begins with `prefix`.
    pub(super) fn is_at(&self, prefix: &str) -> bool {
        self.rest.starts_with(prefix)
    }

    /// Returns the rest of the next line if it begins with `prefix`, and goes to the line after it.
    fn take(&mut self, prefix: &str) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        let value = line.strip_prefix(prefix)?;
        self.rest = rest;
        self.number += 1;
        Some(value)
    }

    /// Returns the value of the line that must be next.
    pub(super) fn value(&mut self, prefix: &str) -> Result<&'a str, TrustError> {
        let line = self.number;
        self.take(prefix).ok_or_else(|| TrustError::at(line, format!("expected `{}`", prefix.trim())))
    }

    /// Parses the value of the line that must be next. `what` names the type in the error.
    pub(super) fn parsed<T: FromStr>(&mut self, prefix: &str, what: &str) -> Result<T, TrustError> {
        let line = self.number;
        let value = self.value(prefix)?;
        value.parse().map_err(|_| TrustError::at(line, format!("`{value}` is not {what}")))
    }

    /// Parses the date on the line that must be next.
    pub(super) fn date(&mut self, prefix: &str) -> Result<Date, TrustError> {
        self.parsed(prefix, "a date (YYYY-MM-DD)")
    }

    /// Returns the text between the quotes of the line that must be next.
    pub(super) fn quoted(&mut self, prefix: &str) -> Result<String, TrustError> {
        let line = self.number;
        let value = self.value(prefix)?;
        unquote(value).ok_or_else(|| TrustError::at(line, "expected text in double quotes"))
    }

    /// Reads the items below a heading. Each item begins with a line that begins with `first`.
    pub(super) fn list<T>(
        &mut self,
        heading: &str,
        first: &str,
        mut item: impl FnMut(&mut Self) -> Result<T, TrustError>,
    ) -> Result<Vec<T>, TrustError> {
        let mut items = Vec::new();
        if self.value(heading)? == " []" {
            return Ok(items);
        }
        while self.is_at(first) {
            items.push(item(self)?);
        }
        Ok(items)
    }
}

/// Formats text as a double-quoted scalar. The text must not contain control characters.
#[must_use]
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn unquote(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(char) = chars.next() {
        value.push(if char == '\\' { chars.next()? } else { char });
    }
    (quoted(&value) == text).then_some(value)
}

/// Writes the heading of a list; an empty list is written `[]`.
pub(super) fn write_heading(text: &mut String, heading: &str, is_empty: bool) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{heading}{}", if is_empty { " []" } else { "" });
}
