//! Readable messages for errors of the YAML library, whose own messages refer to options that a user cannot set.
//!
//! Depends only on the YAML library.

use granit_parser::{ErrorKind, Event, Parser};
use serde_yaml::budget::BudgetBreach;
use serde_yaml::{DefaultMessageFormatter, Error, ExternalMessageSource, MessageFormatter as _};

use keywright_syntax::diagnostic::nearest;

/// The message and the help text of an error, without its location.
#[must_use]
pub fn describe(error: &Error) -> (String, Option<String>) {
    let error = error.without_snippet();
    let message = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let help = match nearest(field, expected.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("use one of {}", expected.join(", ")),
            };
            return (format!("unknown key `{field}`"), Some(help));
        }
        Error::SerdeMissingField { field, .. } => format!("missing key `{field}`"),
        Error::DuplicateMappingKey { key: Some(key), .. } => format!("duplicate key `{key}`"),
        Error::DuplicateMappingKey { key: None, .. } => "duplicate key".to_owned(),
        Error::NullIntoString { .. } => "missing value".to_owned(),
        Error::MergeKeyNotAllowed { .. } => "merge keys are not allowed".to_owned(),
        Error::UnknownAnchor { .. } => NO_ANCHORS.to_owned(),
        Error::UnsupportedTag { tag, .. } => format!("tag `{tag}` is not allowed"),
        Error::MultipleDocuments { .. } => ONE_DOCUMENT.to_owned(),
        Error::Budget { breach, .. } => exceeded(breach).to_owned(),
        Error::Eof { .. } => "unexpected end of file: a value is missing".to_owned(),
        Error::Unexpected { expected, .. } => match *expected {
            "mapping start" => "expected a map of keys".to_owned(),
            "sequence start" => "expected a list".to_owned(),
            "string scalar" => "expected a single value".to_owned(),
            other => format!("expected {other}"),
        },
        Error::ExternalMessage { source, .. } => match source.as_ref() {
            ExternalMessageSource::Parser(error) if *error.kind() == ErrorKind::RecursionLimitExceeded => {
                TOO_DEEP.to_owned()
            }
            _ => format!("invalid YAML: {}", text_of(error).to_lowercase()),
        },
        other => text_of(other),
    };
    (message, None)
}

/// The limit that a file exceeds.
fn exceeded(breach: &BudgetBreach) -> &'static str {
    match breach {
        BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. } => NO_ANCHORS,
        BudgetBreach::Documents { .. } => ONE_DOCUMENT,
        BudgetBreach::Depth { .. } => TOO_DEEP,
        _ => "the file exceeds the size limits of YAML files",
    }
}

/// The text of the library on one line, without a location.
fn text_of(error: &Error) -> String {
    let text = DefaultMessageFormatter.format_message(error);
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

/// Returns the first tag of a text with its line and column, from 1. The reader reports unknown tags only: it applies tags
/// of YAML's own types, such as `!!str`, without an error.
#[must_use]
pub fn first_tag(text: &str) -> Option<(String, (u64, u64))> {
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        let tag = match event {
            Event::Scalar(_, _, _, tag) => tag,
            Event::SequenceStart(_, _, tag) | Event::MappingStart(_, _, tag) => tag,
            _ => None,
        };
        if let Some(tag) = tag {
            let place = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
            return Some((tag.to_string(), (place(span.start.line()), place(span.start.col() + 1))));
        }
    }
    None
}

/// The message about an anchor or an alias.
pub const NO_ANCHORS: &str = "anchors and aliases are not allowed";
const ONE_DOCUMENT: &str = "more than one YAML document";
const TOO_DEEP: &str = "nesting too deep";
