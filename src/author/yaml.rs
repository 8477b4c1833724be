//! YAML as people write it for us: strict, bounded, without anchors, every fault with line and column.

use serde::de::DeserializeOwned;
use serde_yaml::{DuplicateKeyPolicy, MergeKeyPolicy, Spanned, budget, options};

use crate::yaml::words;

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
