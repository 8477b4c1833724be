//! Checks that apply to every value: length and hidden characters.

use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::hidden::{Class, class, code_point, joins, selects_variant};
use keywright_syntax::source::{FileId, Span};
use keywright_syntax::{Value, codes as syntax_codes, ends_in_assignment, fold};

use super::codes;
use super::directive::Directive;
use super::problem::{Problem, RawValue};

pub use keywright_syntax::limits::MAX_VALUE_BYTES;

/// Rejects values that are too long, contain hidden characters, or are empty where text is required.
pub(super) fn check(reading: &RawValue<'_>, row: &Directive) -> Result<(), Problem> {
    if reading.text.is_empty() && !row.free_text {
        let message = format!("empty value for `{}`", row.name);
        return Err(Problem::new(
            &codes::EMPTY_VALUE,
            message,
            format!("expected {}; if there is no value, remove the directive", row.form),
        ));
    }
    if reading.text.len() > MAX_VALUE_BYTES {
        let message = format!("value of `{}` is too long: {} bytes", row.name, reading.text.len());
        return Err(Problem::new(
            &codes::VALUE_TOO_LONG,
            message,
            format!("at most {MAX_VALUE_BYTES} bytes are allowed"),
        ));
    }
    if reading.is_plain || is_plain(reading.text) {
        return Ok(());
    }
    refuse_hidden(row.name, reading.text)
}

/// Returns true for printable ASCII, which nearly all values consist of. None of it is hidden. Without an early end, the
/// compiler vectorizes the loop.
pub(super) fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// Returns true if the raw text contains a control character. It is reported with the file's text.
pub(super) fn has_control(reading: &RawValue<'_>) -> bool {
    let raw = reading.raw;
    if reading.is_plain {
        return false;
    }
    raw.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || raw
            .match_indices('\r')
            .any(|(at, _)| !raw.get(at + 1..).is_some_and(|rest| rest.starts_with('\n')))
}

/// Returns the first hidden character of a value that is an error. Joiners between letters and variation selectors after a
/// character that has variants are a matter of spelling in some scripts: they cause a warning.
fn hidden(text: &str) -> Option<(char, Class)> {
    let mut found = text.char_indices().filter_map(|(at, c)| Some((at, c, class(c)?)));
    let error = found.find(|(at, c, class)| match class {
        Class::Joiner => !joins(text, *at, *c),
        Class::Variation => !selects_variant(text, *at, *c),
        _ => true,
    });
    error.map(|(_, c, class)| (c, class))
}

/// Rejects hidden characters in the value of a directive that is not in the table.
pub(super) fn check_unknown(name: &str, text: &str) -> Result<(), Problem> {
    let name = keywright_syntax::excerpt(name);
    if is_plain(text) { Ok(()) } else { refuse_hidden(&name, text) }
}

fn refuse_hidden(name: &str, text: &str) -> Result<(), Problem> {
    let Some((c, class)) = hidden(text) else { return Ok(()) };
    Err(Problem::new(
        &codes::HIDDEN_CHARACTER,
        format!("the value of `{name}` contains {} ({})", class.with_article(), code_point(c)),
        "remove it: it is not visible, but part of the value",
    ))
}

/// Returns warnings for a valid value: a line break in quotes, a joiner between letters.
pub(super) fn warn(file: FileId, reading: &RawValue<'_>, row: &Directive, value: Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if row.free_text && ends_in_assignment(reading.text) && reading.text.contains(' ') {
        let message = format!("the value of `{}` ends like the beginning of a directive", row.name);
        let found_here = Diagnostic::new(&codes::ENDS_LIKE_DIRECTIVE, file, reading.span, message);
        found.push(found_here.help(
            "end the value with another word: if a mail program wraps it, the license can no longer be read",
        ));
    }
    if reading.is_plain {
        return found;
    }
    // A quoted KEY may be wrapped: this is the form for email.
    if reading.raw.contains('\n') && row.name != "KEY" {
        found.push(
            Diagnostic::new(
                &syntax_codes::WRAPPED_STRING,
                file,
                first_line(reading),
                format!("line break in the value of `{}`", row.name),
            )
            .help("it is read as one line; a mail program may have wrapped it")
            .safe_fix("write it on one line", value.inner(), fold(reading.raw)),
        );
    }
    // The uses that `hidden` does not reject are legitimate in some scripts.
    for spelling in [Class::Joiner, Class::Variation] {
        if reading.text.chars().any(|c| class(c) == Some(spelling)) {
            let what = spelling.with_article();
            found.push(
                Diagnostic::new(
                    &codes::JOINER,
                    file,
                    reading.span,
                    format!("the value of `{}` contains {what}", row.name),
                )
                .help("remove it, unless the script requires it"),
            );
        }
    }
    found
}

fn first_line(reading: &RawValue<'_>) -> Span {
    let len = reading.raw.find(['\n', '\r']).unwrap_or(reading.raw.len());
    Span::new(reading.span.start as usize, reading.span.start as usize + len)
}
