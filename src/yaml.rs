//! Readable messages for errors of the YAML library, whose own messages refer to options that a user cannot set.
//!
//! Depends only on the YAML library.

use serde_yaml::Error;
use serde_yaml::budget::BudgetBreach;

use crate::diagnostic::nearest;

/// The message and the help text of an error, without its location.
#[must_use]
pub fn words(error: &Error) -> (String, Option<String>) {
    let message = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let help = match nearest(field, expected.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("use one of {}", expected.join(", ")),
            };
            return (format!("unknown key `{field}`"), Some(help));
        }
        Error::SerdeMissingField { field, .. } => format!("missing key `{field}`"),
        Error::DuplicateMappingKey { key, .. } => {
            format!("duplicate key `{}`", key.as_deref().unwrap_or("?"))
        }
        Error::NullIntoString { .. } => "missing value".to_owned(),
        Error::MergeKeyNotAllowed { .. } => "merge keys are not allowed".to_owned(),
        Error::UnknownAnchor { .. } => NO_ANCHORS.to_owned(),
        Error::UnsupportedTag { tag, .. } => format!("tag `{tag}` is not allowed"),
        Error::MultipleDocuments { .. } => "more than one YAML document".to_owned(),
        Error::Budget { breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. }, .. } => {
            NO_ANCHORS.to_owned()
        }
        Error::Budget { .. } => "the file is too large or nested too deep".to_owned(),
        Error::Eof { .. } => "unexpected end of file: a value is missing".to_owned(),
        Error::Unexpected { expected, .. } => match *expected {
            "mapping start" => "expected a map of keys".to_owned(),
            "sequence start" => "expected a list".to_owned(),
            "string scalar" => "expected a single value".to_owned(),
            other => format!("expected {other}"),
        },
        other => {
            let text = other.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            text.split(" at line ").next().unwrap_or_default().trim_end_matches('.').to_owned()
        }
    };
    (message, None)
}

const NO_ANCHORS: &str = "anchors and aliases are not allowed";
