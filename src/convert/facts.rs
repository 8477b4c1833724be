//! The facts that a source states about its features on one day, as totals for the scenarios.
//!
//! Readers state their offers by the rules of the source. A feature whose total is not simple arithmetic has no fact.

use std::collections::{BTreeSet, HashMap};

use keywright_license::Version;

use super::draft::{Grant, Part, Total};

/// One way in which a source grants a feature on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Offer {
    /// Any number of checkouts.
    Any,
    /// A pool of licenses.
    Pool {
        /// Its size on the day.
        size: u64,
        /// The version that it serves.
        version: Version,
        /// True if the licenses are for named users or hosts.
        named: bool,
    },
    /// A token: the features that it draws, each with its version and number.
    Token(Vec<(String, Version, u64)>),
}

/// All offers of a feature that are in force on the day, in the order in which they are tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offers {
    pub(crate) feature: String,
    pub(crate) offers: Vec<Offer>,
}

/// Returns the totals of all features that have a simple one.
pub(crate) fn grants(features: &[Offers]) -> Vec<Grant> {
    let by_name: HashMap<&str, &[Offer]> =
        features.iter().map(|offers| (offers.feature.as_str(), offers.offers.as_slice())).collect();
    let total = |offers: &Offers| {
        let total = total(offers, &by_name)?;
        Some(Grant { feature: offers.feature.clone(), total })
    };
    features.iter().filter_map(total).collect()
}

fn total(feature: &Offers, by_name: &HashMap<&str, &[Offer]>) -> Option<Total> {
    if feature.offers.is_empty() {
        return Some(Total::NotInForce);
    }
    if feature.offers.contains(&Offer::Any) {
        return Some(Total::Any);
    }
    let mut parts = Vec::new();
    let mut named = false;
    let mut drawn = BTreeSet::new();
    for offer in &feature.offers {
        match offer {
            Offer::Any => {}
            Offer::Pool { size, named: is_named, .. } => {
                named |= is_named;
                parts.push(Part { each: vec![(feature.feature.clone(), 1)], at_once: *size });
            }
            Offer::Token(draws) => {
                for (name, _, _) in draws {
                    if !drawn.insert(name.as_str()) {
                        return None;
                    }
                }
                parts.push(part(draws, by_name)?);
            }
        }
    }
    parts.retain(|part| part.at_once > 0);
    (!parts.is_empty()).then_some(Total::Parts { parts, named })
}

/// Returns the checkouts of a token that draws on plain pools only.
fn part(draws: &[(String, Version, u64)], by_name: &HashMap<&str, &[Offer]>) -> Option<Part> {
    let mut at_once = u64::MAX;
    for (name, version, count) in draws {
        let Some([Offer::Pool { size, version: served, named: false }]) = by_name.get(name.as_str()) else {
            return by_name.get(name.as_str()).is_none_or(|offers| offers.is_empty()).then(nothing);
        };
        if served < version {
            return Some(nothing());
        }
        at_once = at_once.min(size / count.max(&1));
    }
    let each = draws.iter().map(|(name, _, count)| (name.clone(), *count)).collect();
    Some(Part { each, at_once })
}

/// The part of a token that grants nothing.
fn nothing() -> Part {
    Part { each: Vec::new(), at_once: 0 }
}
