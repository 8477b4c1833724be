//! The limit of a mix of features in JSON, version 1. These structs are a public interface: fields may only be added.

use keywright_resolve::Outcome;
use serde::Serialize;

use super::CostOfMix;
use crate::escape::escape;
use crate::to_json;

#[derive(Debug, Serialize)]
struct MixJson {
    version: u32,
    subject: &'static str,
    at: String,
    count: u64,
    granted: Vec<GrantedJson>,
    denied: Option<DeniedRequestJson>,
    first_day: Option<String>,
}

#[derive(Debug, Serialize)]
struct GrantedJson {
    feature: String,
    requests: u64,
}

#[derive(Debug, Serialize)]
struct DeniedRequestJson {
    feature: String,
    reason: &'static str,
    explanation: Vec<String>,
}

/// Renders the limit of a mix as JSON.
///
/// # Errors
/// Returns an error if serialisation fails, which these types cannot cause.
pub fn render(mix: &CostOfMix<'_>) -> serde_json::Result<String> {
    let clean = |text: &str| escape(text).into_owned();
    let denied = mix.limit.stopped.as_ref().and_then(|(index, outcome)| {
        let reason = match outcome {
            Outcome::Denied(reason) => reason.as_str(),
            Outcome::Failed(_) => super::json::UNDETERMINED,
            Outcome::Granted(_) => return None,
        };
        let explanation = mix.explanation().map(|line| clean(&line)).collect();
        Some(DeniedRequestJson { feature: clean(mix.name(*index)), reason, explanation })
    });
    let granted =
        mix.sums().into_iter().map(|(name, requests)| GrantedJson { feature: clean(name), requests });
    to_json::document(&MixJson {
        version: 1,
        subject: "mix",
        at: mix.day.to_string(),
        count: mix.count,
        granted: granted.collect(),
        denied,
        first_day: mix.first_day.map(|(_, day)| day.to_string()),
    })
}
