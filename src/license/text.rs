//! Checks that apply to every value: length and invisible characters.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::syntax::{Value, codes as syntax_codes, fold};

use super::codes;
use super::directive::Directive;
use super::read::{Problem, Reading};

/// Maximum length of a value in bytes, after folding.
pub const MAX_VALUE_BYTES: usize = 8192;

const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

/// Rejects values that are too long, contain hidden characters, or are empty where text is required.
pub(super) fn check(reading: &Reading<'_>, row: &Directive) -> Result<(), Problem> {
    if reading.text.is_empty() && row.form != "text" {
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
    if is_plain(reading.text) {
        return Ok(());
    }
    match reading.text.char_indices().find(|(at, c)| is_hidden(reading.text, *at, *c)) {
        Some((_, c)) => Err(Problem::new(
            &codes::HIDDEN_CHARACTER,
            format!("the value of `{}` contains {}", row.name, name_hidden(c)),
            "remove it: it is not visible, but part of the value",
        )),
        None => Ok(()),
    }
}

/// Returns true for printable ASCII, which nearly all values consist of. None of it is hidden.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// Returns true if the raw text contains a control character. It is reported with the file's text.
pub(super) fn has_control(raw: &str) -> bool {
    if is_plain(raw) {
        return false;
    }
    raw.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || raw
            .match_indices('\r')
            .any(|(at, _)| !raw.get(at + 1..).is_some_and(|rest| rest.starts_with('\n')))
}

/// Returns true for characters of free text that are not visible: control and format characters, line separators and
/// unassigned characters. Joiners between letters are needed in some scripts, so they only cause a warning.
fn is_hidden(text: &str, at: usize, c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    if JOINERS.contains(&c) {
        return !joins_letters(text, at, c);
    }
    matches!(
        c.general_category(),
        GeneralCategory::Format
            | GeneralCategory::Unassigned
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::Surrogate
    )
}

/// Returns true if the joiner at `at` is between letters (with their marks) or between emoji that it combines.
fn joins_letters(text: &str, at: usize, c: char) -> bool {
    let visible = |c: Option<char>| {
        c.is_some_and(|c| c.is_alphabetic() || !c.is_ascii() && !c.is_whitespace() && !JOINERS.contains(&c))
    };
    visible(text.get(..at).and_then(|before| before.chars().next_back()))
        && visible(text.get(at + c.len_utf8()..).and_then(|after| after.chars().next()))
}

fn name_hidden(c: char) -> String {
    let kind = match c.general_category() {
        GeneralCategory::Unassigned => "an unassigned character",
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => "a line separator",
        _ if matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}') => {
            "a text direction mark"
        }
        _ => "an invisible character",
    };
    format!("{kind} (U+{:04X})", u32::from(c))
}

/// Returns warnings for a valid value: a line break in quotes, a joiner between letters.
pub(super) fn warn(file: FileId, reading: &Reading<'_>, row: &Directive, value: Value) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if is_plain(reading.raw) {
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
    if reading.text.contains(JOINERS) {
        found.push(
            Diagnostic::new(
                &codes::JOINER,
                file,
                reading.span,
                format!("invisible joiner in the value of `{}`", row.name),
            )
            .help("remove it, unless the script requires it"),
        );
    }
    found
}

fn first_line(reading: &Reading<'_>) -> Span {
    let len = reading.raw.find(['\n', '\r']).unwrap_or(reading.raw.len());
    Span::new(reading.span.start as usize, reading.span.start as usize + len)
}
