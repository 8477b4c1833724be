//! The input and the error of reading a value.

use keywright_syntax::diagnostic::Code;
use keywright_syntax::source::Span;

/// The reason why a value is invalid.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) code: &'static Code,
    pub(super) message: String,
    pub(super) help: String,
    /// The value that was probably meant.
    pub(super) intended: Option<String>,
    /// The part `NAME=…` that the problem concerns; `None` for the whole value.
    pub(super) part: Option<&'static str>,
    /// True if no other value can be meant.
    pub(super) sure: bool,
}

impl Problem {
    pub(super) fn new(code: &'static Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into(), intended: None, sure: true, part: None }
    }

    pub(super) fn intended(mut self, value: impl Into<String>) -> Self {
        self.intended = Some(value.into());
        self
    }

    /// Limits the problem and its correction to one part of the value.
    pub(super) fn within(self, part: &'static str) -> Self {
        Self { part: Some(part), ..self }
    }
}

pub(super) type Read<T> = Result<T, Problem>;

/// The text of a value with its place and its directive.
#[derive(Clone, Copy)]
pub(super) struct RawValue<'a> {
    /// The directive's name.
    pub(super) directive: &'a str,
    /// The value without quotes, with whitespace folded.
    pub(super) text: &'a str,
    /// The raw text between the quotes, used to locate parts of the value.
    pub(super) raw: &'a str,
    /// True if the raw text is known to consist of printable ASCII.
    pub(super) is_plain: bool,
    /// The place of the raw text.
    pub(super) span: Span,
}
