//! JSON of `log`, version 1: entries one a line, the licenses that end soon, and the result of a verification. A public
//! interface: fields may only be added.

use jiff::civil::Date;
use serde::Serialize;

use keywright_issue::log::{Checked, Record};
use keywright_issue::{EndingLicense, Fault};
use keywright_verify::{KeyText, Payload};

use super::escape::escaped;
use super::issue_json::{ProblemJson, problem};
use super::to_json;

#[derive(Debug, Serialize)]
struct EntryJson {
    entry: i64,
    issue: i64,
    issued: String,
    key: String,
    vendor: String,
    customer: String,
    sn: String,
    feature: String,
    ends: String,
    template: String,
    file: String,
    order: String,
    digest: String,
    #[serde(rename = "KEY")]
    key_text: String,
    hash: String,
    /// The signed names and values, in their order.
    signed: Vec<[String; 2]>,
    /// COUNT and the state of the license, which `log find` adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
}

/// The values that `log find` adds to an entry.
#[derive(Debug, Clone, Copy)]
pub struct FoundEntry<'a> {
    /// COUNT; empty without one.
    pub count: &'a str,
    /// The state of the license.
    pub state: &'a str,
}

#[derive(Debug, Serialize)]
struct ExpiringJson {
    version: u32,
    from: String,
    until: String,
    licenses: Vec<EndingJson>,
}

#[derive(Debug, Serialize)]
struct EndingJson {
    customer: String,
    sn: String,
    addons: Vec<String>,
    ends: String,
    /// Last day of the renewal.
    renewal_ends: String,
    products: Vec<EndingProductJson>,
}

#[derive(Debug, Serialize)]
struct EndingProductJson {
    name: String,
    count: Option<String>,
    ends: String,
}

#[derive(Debug, Serialize)]
struct LogCheckJson {
    version: u32,
    log: String,
    valid: bool,
    entries: Option<i64>,
    head: Option<String>,
    key: Option<LogKeyJson>,
    problem: Option<ProblemJson>,
    exit_code: u8,
}

#[derive(Debug, Serialize)]
struct LogKeyJson {
    id: String,
    vendor: String,
    usage: &'static str,
    state: &'static str,
}

/// Renders an entry on one line, without a line break.
///
/// # Errors
/// Never returns an error for these structs.
pub fn entry(known: &Record, found: Option<FoundEntry<'_>>) -> serde_json::Result<String> {
    let Record { seq, first, hash, issue, entry } = known;
    let key_text = KeyText { key: issue.key, signature: entry.signature };
    let signed = Payload::decode(&entry.payload).unwrap_or_default();
    to_json::versioned_line(&EntryJson {
        entry: *seq,
        issue: *first,
        issued: escaped(&issue.issued_at),
        key: issue.key.to_string(),
        vendor: escaped(&issue.vendor),
        customer: escaped(&issue.customer),
        sn: escaped(&issue.sn),
        feature: escaped(&entry.feature),
        ends: escaped(&entry.ends),
        template: escaped(&entry.template),
        file: escaped(&issue.file),
        order: issue.order.to_string(),
        digest: entry.digest.to_string(),
        key_text: key_text.encode(),
        hash: hash.to_string(),
        signed: signed.iter().map(|(name, value)| [escaped(name), escaped(value)]).collect(),
        count: found.map(|found| escaped(found.count)),
        state: found.map(|found| escaped(found.state)),
    })
}

/// Renders the licenses that end between two days, with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn expiring((from, until): (Date, Date), ending: &[EndingLicense]) -> serde_json::Result<String> {
    let licenses = ending.iter().map(|license| EndingJson {
        customer: escaped(&license.customer),
        sn: escaped(&license.sn),
        addons: license.addons.iter().map(|sn| escaped(sn)).collect(),
        ends: license.last.to_string(),
        renewal_ends: license.next_last.to_string(),
        products: license
            .products
            .iter()
            .map(|product| EndingProductJson {
                name: escaped(&product.name),
                count: product.count.as_deref().map(escaped),
                ends: product.end.to_string(),
            })
            .collect(),
    });
    to_json::document(&ExpiringJson {
        version: 1,
        from: from.to_string(),
        until: until.to_string(),
        licenses: licenses.collect(),
    })
}

/// Renders the result of a verification, with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn check(log: &str, checked: &Result<Checked, Fault>, exit_code: u8) -> serde_json::Result<String> {
    let good = checked.as_ref().ok();
    let key = good.and_then(|checked| checked.key.as_ref()).map(|key| LogKeyJson {
        id: key.id.to_string(),
        vendor: escaped(&key.vendor),
        usage: key.usage.as_str(),
        state: key.state.as_str(),
    });
    to_json::document(&LogCheckJson {
        version: 1,
        log: escaped(log),
        valid: good.is_some(),
        entries: good.map(|checked| checked.head.seq),
        head: good.map(|checked| checked.head.to_string()),
        key,
        problem: checked.as_ref().err().map(problem),
        exit_code,
    })
}
