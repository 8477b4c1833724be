//! The terms of features on a day that no number of checkouts shows: BORROW, SHARE and prices.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use keywright_license::Kind;
use keywright_resolve::BlockId;

use super::change::LicenseSet;
use super::components::Component;

/// The directives that state what METERED tokens cost, in the order of a text.
const PRICES: [&str; 4] = ["PRICE", "TIER", "MINIMUM", "PERIOD"];

/// The terms of one feature, over all its blocks that can serve on the day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Terms {
    /// The most hours for which a license can be borrowed; 0 if it cannot.
    pub(super) borrow: u32,
    /// True if a block other than a token can serve, so that `borrow` needs no other block.
    pub(super) is_pool: bool,
    /// The different values of SHARE; empty without SHARE.
    pub(super) share: String,
    /// The different prices; empty if nothing is METERED.
    pub(super) price: String,
}

/// Returns the terms of the features that a block serves on a day.
pub(super) fn on(set: LicenseSet<'_>, names: &Component, day: Date) -> BTreeMap<String, Terms> {
    let known = set.model.names().filter(|(_, name)| names.contains(*name));
    let terms = known.filter_map(|(id, name)| {
        let blocks = set.model.serving_name(id, day);
        (!blocks.is_empty()).then(|| (name.to_owned(), of(set, &blocks)))
    });
    terms.collect()
}

fn of(set: LicenseSet<'_>, blocks: &[BlockId]) -> Terms {
    let each = |text: &dyn Fn(BlockId) -> String| {
        let texts: BTreeSet<String> = blocks.iter().map(|block| text(*block)).collect();
        texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" and ")
    };
    Terms {
        borrow: blocks.iter().map(|block| set.model.longest_borrow(*block)).max().unwrap_or(0),
        is_pool: blocks.iter().any(|block| set.model.kind(*block) != Kind::Token),
        share: each(&|block| directives(set, block, &["SHARE"])),
        price: each(&|block| directives(set, block, &PRICES)),
    }
}

/// Returns the values of some directives of a block, as text.
fn directives(set: LicenseSet<'_>, block: BlockId, names: &[&str]) -> String {
    let (file, span) = set.model.origin(block);
    let Some(license) = set.licenses.get(file) else { return String::new() };
    // The blocks are in file order.
    let at = license.features.partition_point(|feature| feature.span < span);
    let Some(feature) = license.features.get(at).filter(|feature| feature.span == span) else {
        return String::new();
    };
    let value = |name: &str| {
        let of_name = license.records(feature).filter(|(known, _)| *known == name);
        of_name
            .map(|(_, value)| if names.len() > 1 { format!("{name} {value}") } else { value.into_owned() })
            .collect::<Vec<String>>()
    };
    names.iter().flat_map(|name| value(name)).collect::<Vec<_>>().join(", ")
}
