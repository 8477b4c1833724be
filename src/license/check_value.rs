//! Checks of values from other sources than a license file (parameters, orders) against the rules of the language
//! before they are written into a license.

use std::fmt;

use keywright_syntax::fold;
use keywright_syntax::source::Span;

use super::directive::{Directive, directive};
use super::model::Feature;
use super::problem::{Problem, RawValue};
use super::value_chars;

/// The reason why a value is not allowed in a license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// The problem. May contain the value, which is untrusted.
    pub message: String,
    /// Advice.
    pub help: String,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ValueError {}

impl From<Problem> for ValueError {
    fn from(problem: Problem) -> Self {
        Self::new(problem.message, problem.help)
    }
}

impl ValueError {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// Checks that `text` is a valid value of the directive `name` exactly as given. Rejects values that would need an escape
/// and values that a license file would read differently because it folds whitespace.
///
/// # Errors
/// Returns an error if the value is invalid or the directive is unknown.
pub fn check_value(name: &str, text: &str) -> Result<(), ValueError> {
    let Some(row) = directive(name) else {
        return Err(ValueError::new(
            format!("unknown directive `{name}`"),
            "use a directive of the license language",
        ));
    };
    check_plain(text)?;
    check_row(row, text)
}

/// Returns true if `text` is a value of the directive `name`, or a misspelling with a clear correction.
pub(super) fn is_near(name: &str, text: &str) -> bool {
    directive(name).is_some_and(|row| {
        let reading =
            RawValue { directive: row.name, text, raw: text, is_plain: false, span: Span::default() };
        let mut scratch = Feature::unread(0, Span::default(), Span::default());
        (row.set)(&mut scratch, reading).map_or_else(|problem| problem.intended.is_some(), |()| true)
    })
}

fn check_row(row: &Directive, text: &str) -> Result<(), ValueError> {
    let reading = RawValue { directive: row.name, text, raw: text, is_plain: false, span: Span::default() };
    let mut scratch = Feature::unread(0, Span::default(), Span::default());
    value_chars::check(&reading, row)
        .and_then(|()| (row.set)(&mut scratch, reading))
        .map_err(|problem| ValueError::new(problem.message, problem.help))
}

/// Rejects text that no value can contain: there are no escapes, and whitespace is folded when read.
fn check_plain(text: &str) -> Result<(), ValueError> {
    let shown = keywright_syntax::excerpt(text);
    if let Some(c) = text.chars().find(|c| *c == '"' || c.is_control()) {
        let what = match c {
            '"' => "a quote `\"`".to_owned(),
            '\n' | '\r' => "a line break".to_owned(),
            '\t' => "a tab".to_owned(),
            c => format!("the control character U+{:04X}", u32::from(c)),
        };
        let help = "remove it: license files have no escape sequences";
        return Err(ValueError::new(format!("the value `{shown}` contains {what}"), help));
    }
    if fold(text) != text {
        let message = format!("the value `{shown}` has leading, trailing or repeated spaces");
        let help =
            format!("write `{}`, as a license file folds spaces", keywright_syntax::excerpt(&fold(text)));
        return Err(ValueError::new(message, help));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_checked_by_their_directive() {
        for (name, good) in [
            ("COUNT", "20"),
            ("COUNT", "UNLIMITED"),
            ("VERSION", "1.10"),
            ("SN", "A-1"),
            ("LICENSEE", "Größe {5} # {{x}}"),
            ("FUNDS", "1000.00 USD"),
        ] {
            assert_eq!(check_value(name, good), Ok(()), "{good}");
        }
        for (name, bad) in [
            ("COUNT", "020"),
            ("VERSION", "1"),
            ("SN", "A 1"),
            ("START", "01-06-2021"),
            ("LICENSEE", "a\"b"),
            ("LICENSEE", "a\nb"),
            ("LICENSEE", " a"),
            ("LICENSEE", "a  b"),
            ("LICENSEE", "a\u{202e}b"),
            ("NOTHING", "a"),
        ] {
            assert!(check_value(name, bad).is_err(), "{bad:?}");
        }
    }
}
