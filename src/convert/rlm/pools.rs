//! Pools: license lines that are equal but for their number and their information are counted together.

use std::collections::HashMap;

use jiff::civil::Date;
use keywright_license::Version;

use super::items::RlmItem;
use super::keywords::{ATTRIBUTES, NAMED};
use super::model::{RlmAttributes, RlmCount};
use crate::dates::Expiry;
use crate::facts::{Offer, Offers};
use crate::loss::{MERGED_LINES, Report};

/// Keywords that do not make a pool.
const INFORMATION: [&str; 3] = ["customer", "options", "replace"];

/// Lines that are counted together.
#[derive(Debug)]
pub(crate) struct RlmPool {
    /// The first line.
    pub(crate) first: RlmItem,
    /// The licenses of all lines.
    pub(crate) count: u64,
}

/// The values that lines of one pool have in common.
type RlmPoolKey = (String, Version, Expiry, Option<Date>, Vec<(usize, Option<String>)>);

/// Returns the key of a line; `None` if it is always a pool of its own.
fn key(item: &RlmItem) -> Option<RlmPoolKey> {
    let is_counted = matches!(item.line.count, RlmCount::Counted(_));
    if !is_counted || item.line.attributes.has("soft_limit") {
        return None;
    }
    let mut values = item.line.attributes.0.clone();
    values.retain(|(row, _)| ATTRIBUTES.get(*row).is_none_or(|row| !INFORMATION.contains(&row.name)));
    values.sort();
    Some((item.name.clone(), item.version, item.line.expires, item.line.start, values))
}

/// Groups the lines to pools, by name. Names are in the order of their first lines, and the pools of a name in file order.
pub(crate) fn pools(mut items: Vec<RlmItem>, report: &mut Report) -> Vec<Vec<RlmPool>> {
    items.sort_by_key(|item| item.order);
    let mut names: HashMap<String, usize> = HashMap::new();
    let mut known: HashMap<RlmPoolKey, usize> = HashMap::new();
    let mut all: Vec<Vec<RlmPool>> = Vec::new();
    for item in items {
        let next = names.len();
        let at = *names.entry(item.name.clone()).or_insert(next);
        if at == next {
            all.push(Vec::new());
        }
        let Some(pools) = all.get_mut(at) else { continue };
        let count = match item.line.count {
            RlmCount::Counted(count) => u64::from(count),
            _ => 0,
        };
        let next = pools.len();
        let at = key(&item).map_or(next, |key| *known.entry(key).or_insert(next));
        match pools.get_mut(at) {
            Some(pool) => {
                pool.count += count;
                let information = |attributes: &RlmAttributes| {
                    INFORMATION.map(|name| attributes.get(name).map(str::to_owned))
                };
                if information(&pool.first.line.attributes) != information(&item.line.attributes) {
                    report.add(&MERGED_LINES, item.line.place);
                }
            }
            None => pools.push(RlmPool { first: item, count }),
        }
    }
    all
}

/// Returns what the source offers on a day, feature by feature.
pub(crate) fn offers(features: &[Vec<RlmPool>], day: Date) -> Vec<Offers> {
    let all = features.iter().filter_map(|pools| {
        let feature = pools.first()?.first.name.clone();
        let in_force = pools.iter().filter(|pool| pool.first.is_in_force(day));
        Some(Offers { feature, offers: in_force.map(offer).collect() })
    });
    all.collect()
}

fn offer(pool: &RlmPool) -> Offer {
    let item = &pool.first;
    let is_named = |name: &&str| item.line.attributes.has(name);
    match item.line.count {
        RlmCount::Counted(_) => Offer::Pool {
            size: pool.count,
            version: item.version,
            named: NAMED.iter().any(|(name, _)| is_named(name)),
        },
        RlmCount::Uncounted | RlmCount::Single => Offer::Any,
        RlmCount::Token(_) => {
            let needs = item.needs.iter();
            Offer::Token(
                needs.map(|need| (need.feature.clone(), need.version, u64::from(need.count))).collect(),
            )
        }
    }
}
