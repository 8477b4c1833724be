//! Strict, bounded YAML parsing without anchors; every error has a line and a column.

use serde::de::DeserializeOwned;
use serde_yaml::{DuplicateKeyPolicy, MergeKeyPolicy, Spanned, budget, options};

use keywright_yaml::describe;

use super::error::Fault;

/// Maximum number of values in one YAML file.
const MAX_NODES: usize = 4_000_000;

/// Parses a document.
///
/// # Errors
/// Returns the first problem found.
pub(super) fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Fault> {
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
        let (message, help) = describe(error.without_snippet());
        let place = error.location().map(|at| (at.line(), at.column()));
        Fault { file: Some(file.to_owned()), place, cell: None, message, help }
    })
}

/// Creates a fault at the place of a value.
pub(super) fn fault<T>(file: &str, value: &Spanned<T>, message: impl Into<String>) -> Fault {
    Fault::new(message).file(file).at(value.referenced.line(), value.referenced.column())
}

/// Returns the names of the scenarios in a scenario file, in file order.
///
/// # Errors
/// Returns an error if the text is not YAML or has no named scenarios.
pub fn scenario_names(text: &str) -> Result<Vec<String>, Fault> {
    #[derive(serde::Deserialize)]
    struct File {
        scenarios: Vec<FeatureGroup>,
    }
    #[derive(serde::Deserialize)]
    struct FeatureGroup {
        name: String,
    }
    let file: File = parse("scenarios", text)?;
    Ok(file.scenarios.into_iter().map(|scenario| scenario.name).collect())
}
