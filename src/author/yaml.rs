//! YAML as people write it for us: strict, bounded, without anchors, every fault with line and column.

use serde::de::DeserializeOwned;
use serde_yaml::budget::BudgetBreach;
use serde_yaml::{DuplicateKeyPolicy, Error, MergeKeyPolicy, Spanned, budget, options};

use crate::diagnostic::nearest;

use super::fault::Fault;

/// Most values in one YAML file.
const MAX_NODES: usize = 4_000_000;

/// Reads a document.
///
/// # Errors
/// At the first thing that is not as it should be.
pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Fault> {
    let options = options! {
        budget: budget! {
            max_anchors: 0,
            max_aliases: 0,
            max_depth: 16,
            max_documents: 1,
            max_events: MAX_NODES * 2,
            max_nodes: MAX_NODES,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        strict_booleans: true,
        with_snippet: false,
    };
    serde_yaml::from_str_with_options(text, options).map_err(|error| {
        let (message, help) = words(error.without_snippet());
        let place = error.location().map(|at| (at.line(), at.column()));
        Fault { file: Some(file.to_owned()), place, message, help }
    })
}

/// Names the place of a value.
pub(super) fn fault<T>(file: &str, value: &Spanned<T>, message: impl Into<String>) -> Fault {
    Fault::new(message).file(file).at(value.referenced.line(), value.referenced.column())
}

/// An error of the library in our words, without the place, which stands beside it.
fn words(error: &Error) -> (String, Option<String>) {
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

/// The names of the scenarios in a scenario file, in file order.
///
/// # Errors
/// When the text is no YAML, or holds no scenarios with names.
pub fn scenario_names(text: &str) -> Result<Vec<String>, Fault> {
    #[derive(serde::Deserialize)]
    struct File {
        scenarios: Vec<Named>,
    }
    #[derive(serde::Deserialize)]
    struct Named {
        name: String,
    }
    let file: File = read("scenarios", text)?;
    Ok(file.scenarios.into_iter().map(|scenario| scenario.name).collect())
}
