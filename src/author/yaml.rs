//! YAML as people write it for us: strict, bounded, without anchors, every fault with line and column.

use serde::de::DeserializeOwned;
use serde_yaml::{DuplicateKeyPolicy, MergeKeyPolicy, Spanned, budget, options};

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
        let fault = Fault::new(one_line(&error.without_snippet().to_string())).file(file);
        match error.location() {
            Some(at) => fault.at(at.line(), at.column()),
            None => fault,
        }
    })
}

/// Names the place of a value.
pub(super) fn fault<T>(file: &str, value: &Spanned<T>, message: impl Into<String>) -> Fault {
    Fault::new(message).file(file).at(value.referenced.line(), value.referenced.column())
}

/// The reader's messages without line breaks and without the place, which stands beside them.
fn one_line(text: &str) -> String {
    if text.contains("budget breached") {
        let is_anchor = text.contains("Anchors") || text.contains("Alias");
        let what = if is_anchor {
            "anchors and aliases are not allowed"
        } else {
            "the file is too large, or nested too deep"
        };
        return what.to_owned();
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.split(" at line ").next().unwrap_or_default();
    text.trim_end_matches('.').to_owned()
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
