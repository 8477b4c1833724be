//! Pools: license lines with the same name, version and pool keywords are counted together.

use std::collections::HashMap;

use jiff::civil::Date;
use keywright_license::Version;

use super::items::{Draw, Item};
use super::keywords::ATTRIBUTES;
use super::model::Seats;
use crate::dates::Expiry;
use crate::loss::{MERGED_LINES, MIXED_POOL, Report, VENDOR_STRING_POOLS};
use crate::options::{Options, VendorString};

/// Keywords that lines of one pool have in common, after those of the name and the version.
const POOL_KEYWORDS: [&str; 8] =
    ["BORROW", "DUP_GROUP", "HOST_BASED", "HOSTID", "PLATFORMS", "TZ", "USER_BASED", "VM_PLATFORMS"];

/// Lines that are counted together.
#[derive(Debug)]
pub(crate) struct Pool {
    /// The lines; never empty.
    pub(crate) items: Vec<Item>,
}

/// A period with the licenses that are valid in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) start: Option<Date>,
    pub(crate) expires: Expiry,
    pub(crate) count: u64,
    pub(crate) overdraft: u64,
    /// Index of its first line.
    pub(crate) first: usize,
}

impl Period {
    fn is_in_force(&self, day: Date) -> bool {
        self.start.is_none_or(|start| start <= day) && self.expires.day().is_none_or(|end| day <= end)
    }

    /// Returns true if this period contains the other one.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.start.unwrap_or(Date::MIN) <= other.start.unwrap_or(Date::MIN) && self.expires >= other.expires
    }
}

impl Pool {
    /// Returns the first line, in the order in which FlexNet tries them.
    pub(crate) fn first(&self) -> Option<&Item> {
        self.items.first()
    }

    /// Returns the sizes of the pools of the result on a day, in their order.
    pub(crate) fn sizes(&self, is_first: bool, day: Date) -> Vec<u64> {
        let periods = self.periods();
        let in_force = periods.iter().filter(|period| period.is_in_force(day));
        let sizes = in_force.map(|period| period.count + period.overdraft);
        match Layout::of(&periods, is_first) {
            Layout::Split => sizes.collect(),
            Layout::Single | Layout::Joined { .. } => vec![sizes.sum()],
        }
    }

    /// Returns the licenses by period, in the order of their first lines.
    pub(crate) fn periods(&self) -> Vec<Period> {
        let mut periods: Vec<Period> = Vec::new();
        let mut known: HashMap<(Option<Date>, Expiry), usize> = HashMap::new();
        for (first, item) in self.items.iter().enumerate() {
            let (start, expires) = (item.line.start, item.line.expires);
            let next = periods.len();
            let at = *known.entry((start, expires)).or_insert(next);
            if at == next {
                periods.push(Period { start, expires, count: 0, overdraft: 0, first });
            }
            if let Some(period) = periods.get_mut(at) {
                period.count += count(item);
                period.overdraft += overdraft(item);
            }
        }
        periods
    }
}

fn count(item: &Item) -> u64 {
    match item.line.seats {
        Seats::Counted(count) => count.into(),
        Seats::Uncounted => 0,
    }
}

pub(crate) fn overdraft(item: &Item) -> u64 {
    item.line.attributes.get("OVERDRAFT").and_then(|text| text.parse::<u32>().ok()).unwrap_or_default().into()
}

/// The form in which the result has a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One block.
    Single,
    /// A block for the period that contains all others, at this index, and UPGRADE blocks for the others.
    Joined { base: usize },
    /// A block for each period, from which no request can draw together.
    Split,
}

impl Layout {
    /// Returns the form for the periods of a pool. Only the first pool of a name can be joined, because its EXCLUSIVE block
    /// is tried first.
    pub(crate) fn of(periods: &[Period], is_first: bool) -> Self {
        if periods.len() == 1 {
            return Self::Single;
        }
        let base = periods.iter().position(|base| periods.iter().all(|other| base.contains(other)));
        let can_join = is_first && periods.iter().all(|period| period.overdraft == 0);
        base.filter(|_| can_join).map_or(Self::Split, |base| Self::Joined { base })
    }
}

/// The values that lines of one pool have in common.
type FlexnetPoolKey = (String, Version, bool, Vec<Option<String>>, Vec<Draw>);

fn key(item: &Item, options: &Options) -> FlexnetPoolKey {
    let attributes = &item.line.attributes;
    let mut values: Vec<Option<String>> = POOL_KEYWORDS
        .iter()
        .map(|name| attributes.has(name).then(|| attributes.get(name).unwrap_or_default().to_owned()))
        .collect();
    if options.vendor_string == Some(VendorString::Pool) {
        values.push(attributes.get("VENDOR_STRING").map(str::to_owned));
    }
    let uncounted = item.line.seats == Seats::Uncounted;
    (item.name.clone(), item.version, uncounted, values, item.draws.clone())
}

/// Groups the lines to pools, by name. Names are in the order of their first lines, and the pools of a name in the order
/// in which FlexNet tries them.
pub(crate) fn pools(mut items: Vec<Item>, options: &Options, report: &mut Report) -> Vec<Vec<Pool>> {
    let mut names: HashMap<String, usize> = HashMap::new();
    items.sort_by_key(|item| item.order);
    for item in &items {
        let next = names.len();
        names.entry(item.name.clone()).or_insert(next);
    }
    items.sort_by_cached_key(sort_key);
    let mut all: Vec<Vec<Pool>> = (0..names.len()).map(|_| Vec::new()).collect();
    let mut known: HashMap<FlexnetPoolKey, usize> = HashMap::new();
    for item in items {
        let Some(pools) = names.get(&item.name).and_then(|at| all.get_mut(*at)) else { continue };
        let next = pools.len();
        let at = *known.entry(key(&item, options)).or_insert(next);
        match pools.get_mut(at) {
            Some(pool) => {
                compare(pool, &item, options, report);
                pool.items.push(item);
            }
            None => pools.push(Pool { items: vec![item] }),
        }
    }
    all
}

/// FlexNet's order: `sort`, FEATURE before INCREMENT, uncounted before counted, higher version first, newer first, then
/// the order of the file.
fn sort_key(item: &Item) -> impl Ord + use<> {
    let newest = item.line.issued.or(item.line.start);
    (
        item.line.sort,
        item.line.kind,
        item.line.seats != Seats::Uncounted,
        std::cmp::Reverse(item.version),
        std::cmp::Reverse(newest),
        item.order,
    )
}

/// Reports the keywords in which a line differs from the first one of its pool.
fn compare(pool: &Pool, item: &Item, options: &Options, report: &mut Report) {
    let Some(first) = pool.first() else { return };
    let (own, other) = (&item.line.attributes, &first.line.attributes);
    let place = item.line.place;
    for row in ATTRIBUTES {
        let differs = own.has(row.name) != other.has(row.name) || own.get(row.name) != other.get(row.name);
        if !differs || POOL_KEYWORDS.contains(&row.name) {
            continue;
        }
        let message = format!("the lines of one pool of `{}` have different {}", item.name, row.name);
        match row.name {
            "VENDOR_STRING" if options.vendor_string.is_none() => {
                report.add_found(&VENDOR_STRING_POOLS, place, message);
            }
            "VENDOR_STRING" | "NOTICE" | "SN" => report.add_found(&MERGED_LINES, place, message),
            "LINGER" | "SUITE_DUP_GROUP" | "TS_OK" => report.add_found(&MIXED_POOL, place, message),
            _ => {}
        }
    }
}
