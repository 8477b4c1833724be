//! JSON of `customer`, version 1. A public interface: fields may only be added.

use jiff::civil::Date;
use serde::Serialize;

use keywright_issue::{CustomerLicenses, OwnedLicense};

use super::escape::escaped;
use super::to_json;

#[derive(Debug, Serialize)]
struct CustomerJson {
    version: u32,
    customer: String,
    at: String,
    usable: Vec<OwnedTotal>,
    licenses: Vec<OwnedJson>,
}

#[derive(Debug, Serialize)]
struct OwnedTotal {
    feature: String,
    usable: String,
}

#[derive(Debug, Serialize)]
struct OwnedJson {
    sn: String,
    kind: String,
    of: String,
    issued: String,
    ends: Option<String>,
    state: &'static str,
    detail: String,
    file: String,
    features: Vec<String>,
}

/// Renders the licenses of a customer as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn render(customer: &str, at: Date, owned: &CustomerLicenses<'_>) -> serde_json::Result<String> {
    let usable = owned.usable.iter();
    let usable =
        usable.map(|(name, usable)| OwnedTotal { feature: escaped(name), usable: usable.to_string() });
    to_json::document(&CustomerJson {
        version: 1,
        customer: escaped(customer),
        at: at.to_string(),
        usable: usable.collect(),
        licenses: owned.licenses.iter().filter_map(license).collect(),
    })
}

fn license(OwnedLicense { holding, state }: &OwnedLicense<'_>) -> Option<OwnedJson> {
    let issue = holding.issue()?;
    Some(OwnedJson {
        sn: escaped(&issue.sn),
        kind: escaped(&issue.kind),
        of: escaped(&issue.of),
        issued: escaped(&issue.issued_at),
        ends: holding.last_end().map(escaped),
        state: state.as_str(),
        detail: escaped(&state.to_string()),
        file: escaped(&issue.file),
        features: holding.records.iter().map(|record| escaped(&record.entry.feature)).collect(),
    })
}
