//! What is wrong with YAML, in our words: the library's own name options that a user cannot set.
//!
//! Knows the reader of YAML, and nothing of what is read with it.

use serde_yaml::Error;
use serde_yaml::budget::BudgetBreach;

use crate::diagnostic::nearest;

/// An error of the library in our words, without the place, which stands beside it.
#[must_use]
pub fn words(error: &Error) -> (String, Option<String>) {
    let message = match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            let help = match nearest(field, expected.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the keys are {}", expected.join(", ")),
            };
            return (format!("`{field}` is not a key of this place"), Some(help));
        }
        Error::SerdeMissingField { field, .. } => format!("`{field}` is missing"),
        Error::DuplicateMappingKey { key, .. } => {
            format!("`{}` stands twice", key.as_deref().unwrap_or("a key"))
        }
        Error::NullIntoString { .. } => "the value is missing".to_owned(),
        Error::MergeKeyNotAllowed { .. } => "merge keys are not allowed".to_owned(),
        Error::UnknownAnchor { .. } => NO_ANCHORS.to_owned(),
        Error::UnsupportedTag { tag, .. } => format!("the tag `{tag}` is not allowed"),
        Error::MultipleDocuments { .. } => "the file is one YAML document".to_owned(),
        Error::Budget { breach: BudgetBreach::Anchors { .. } | BudgetBreach::Aliases { .. }, .. } => {
            NO_ANCHORS.to_owned()
        }
        Error::Budget { .. } => "the file is too large, or nested too deep".to_owned(),
        Error::Eof { .. } => "the file ends where a value is expected".to_owned(),
        Error::Unexpected { expected, .. } => match *expected {
            "mapping start" => "a map of keys is expected here".to_owned(),
            "sequence start" => "a list is expected here".to_owned(),
            "string scalar" => "one value is expected here".to_owned(),
            other => format!("{other} is expected here"),
        },
        other => {
            let text = other.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
            text.split(" at line ").next().unwrap_or_default().trim_end_matches('.').to_owned()
        }
    };
    (message, None)
}

const NO_ANCHORS: &str = "anchors and aliases are not allowed";
