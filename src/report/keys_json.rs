//! JSON of `keys list`, version 1. A public interface: fields may only be added.

use serde::Serialize;

use keywright_verify::TrustedKey;

use super::escape::escaped;
use super::to_json;

#[derive(Debug, Serialize)]
struct KeysJson {
    version: u32,
    store: String,
    keys: Vec<KeyJson>,
}

#[derive(Debug, Serialize)]
struct KeyJson {
    id: String,
    vendor: String,
    usage: &'static str,
    not_before: String,
    not_after: String,
    state: &'static str,
    /// The day of retirement or compromise.
    state_since: Option<String>,
    file: String,
}

/// Renders the keys of a trust store as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn render(store: &str, keys: &[TrustedKey]) -> serde_json::Result<String> {
    to_json::document(&KeysJson { version: 1, store: escaped(store), keys: keys.iter().map(key).collect() })
}

fn key(TrustedKey { entry, .. }: &TrustedKey) -> KeyJson {
    KeyJson {
        id: entry.id.to_string(),
        vendor: escaped(&entry.vendor),
        usage: entry.usage.as_str(),
        not_before: entry.not_before.to_string(),
        not_after: entry.not_after.to_string(),
        state: entry.state.as_str(),
        state_since: entry.state.since().map(|day| day.to_string()),
        file: escaped(&entry.file),
    }
}
