//! Capacity as JSON, version 1. These structs are a public contract: fields are only added.

use std::collections::BTreeMap;

use serde::Serialize;

use keywright_analysis::Amount;
use keywright_analysis::capacity::{DeniedMix, FeatureCapacity, Frontier, PoolUse};

use super::Analysed;
use crate::escape::escape;
use crate::to_json;

#[derive(Debug, Serialize)]
struct CapacityJson {
    version: u32,
    at: String,
    files: String,
    features: Vec<FeatureJson>,
    pairs: Vec<PairJson>,
    pairs_complete: bool,
    smallest_denied: Vec<DeniedJson>,
    smallest_denied_complete: bool,
    pools: Vec<PoolJson>,
}

/// A number, or `"unlimited"`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum NumberJson {
    Count(u64),
    Word(&'static str),
}

#[derive(Debug, Serialize)]
struct FeatureJson {
    feature: String,
    most: NumberJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    vendors: Vec<VendorJson>,
    ends: Option<&'static str>,
    one_more: Vec<LicensesJson>,
}

#[derive(Debug, Serialize)]
struct VendorJson {
    vendor: String,
    most: NumberJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct LicensesJson {
    pool: String,
    count: u64,
}

#[derive(Debug, Serialize)]
struct PairJson {
    features: [String; 2],
    frontier: Vec<FrontierRowJson>,
    complete: bool,
}

#[derive(Debug, Serialize)]
struct FrontierRowJson {
    first: u64,
    always: Option<NumberJson>,
    sometimes: NumberJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct DeniedJson {
    mix: BTreeMap<String, u64>,
    reason: &'static str,
    order: Vec<TimesJson>,
}

#[derive(Debug, Serialize)]
struct TimesJson {
    feature: String,
    times: u64,
}

#[derive(Debug, Serialize)]
struct PoolJson {
    pool: String,
    size: u64,
    draws: Vec<DrawJson>,
    rest: Option<u64>,
}

#[derive(Debug, Serialize)]
struct DrawJson {
    feature: String,
    each: Option<u64>,
}

/// Renders a result as JSON with a line break at the end.
///
/// # Errors
/// Never returns an error for these structs.
pub fn render(analysed: &Analysed<'_>) -> serde_json::Result<String> {
    let capacity = analysed.capacity;
    let report = CapacityJson {
        version: 1,
        at: capacity.at.to_string(),
        files: safe(analysed.files),
        features: capacity.features.iter().map(feature).collect(),
        pairs: capacity.pairs.iter().map(pair).collect(),
        pairs_complete: capacity.has_all_pairs,
        smallest_denied: capacity.smallest_denied.iter().map(denied).collect(),
        smallest_denied_complete: capacity.is_complete,
        pools: capacity.pools.iter().map(pool).collect(),
    };
    to_json::document(&report)
}

fn safe(text: &str) -> String {
    escape(text).into_owned()
}

fn number(amount: Amount) -> NumberJson {
    amount.number().map_or(NumberJson::Word("unlimited"), NumberJson::Count)
}

fn bound(is_bound: bool) -> Option<&'static str> {
    is_bound.then_some("at-least")
}

fn feature(row: &FeatureCapacity) -> FeatureJson {
    let vendor = |(vendor, most): &(String, Amount)| VendorJson {
        vendor: safe(vendor),
        most: number(*most),
        bound: bound(most.is_bound()),
    };
    let licenses = |(pool, count): &(String, u64)| LicensesJson { pool: safe(pool), count: *count };
    FeatureJson {
        feature: safe(&row.feature),
        most: number(row.most),
        bound: bound(row.most.is_bound()),
        vendors: row.vendors.iter().map(vendor).collect(),
        ends: row.ends.map(keywright_resolve::Reason::as_str),
        one_more: row.one_more.iter().map(licenses).collect(),
    }
}

fn pair(frontier: &Frontier) -> PairJson {
    let row = |row: &keywright_analysis::capacity::Row| FrontierRowJson {
        first: row.first,
        always: row.always.map(number),
        sometimes: number(row.sometimes),
        bound: bound(row.sometimes.is_bound() || row.always.is_some_and(Amount::is_bound)),
    };
    PairJson {
        features: frontier.features.each_ref().map(|name| safe(name)),
        frontier: frontier.rows.iter().map(row).collect(),
        complete: frontier.is_complete,
    }
}

fn denied(mix: &DeniedMix) -> DeniedJson {
    let times = |(feature, times): &(String, u64)| TimesJson { feature: safe(feature), times: *times };
    DeniedJson {
        mix: mix.mix.iter().map(|(feature, times)| (safe(feature), *times)).collect(),
        reason: mix.reason.as_str(),
        order: mix.order.iter().map(times).collect(),
    }
}

fn pool(row: &PoolUse) -> PoolJson {
    let draws = row.draws.iter().map(|draw| DrawJson { feature: safe(&draw.feature), each: draw.each });
    PoolJson { pool: safe(&row.pool), size: row.size, draws: draws.collect(), rest: row.rest }
}
