//! The capacity of licenses: which mixes of features can be checked out at the same time.
//!
//! A mix says how many checkouts of each feature there are; each is one license in any version by a different user. A mix is
//! granted *always* if all its checkouts are granted in every order, *sometimes* if they are in some order. The two differ
//! only where a feature has alternatives.
//!
//! If no checkout of two or three features ever has a choice, arithmetic gives the answer. Otherwise the resolver tries all
//! orders; states that later requests cannot tell apart are tried once.

mod denied;
mod features;
mod frontier;
mod mixes;
mod most;
mod play;
mod pools;

use jiff::civil::Date;

use keywright_resolve::{Model, Reason};

use crate::Amount;

pub use pools::{Draw, PoolUse};

use features::Features;
use play::Play;

/// The hosts that the requests come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hosts {
    /// Each request comes from a host of its own.
    #[default]
    Different,
    /// All requests come from one host.
    Same,
}

/// The pairs of features to analyse.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pairs {
    /// All pairs of up to [`MOST_FEATURES`] features; of more features, those that share a pool.
    #[default]
    All,
    /// These pairs. Pairs with a name that is not among the features are left out.
    Some(Vec<(String, String)>),
}

/// The number of features up to which all pairs are analysed.
pub const MOST_FEATURES: usize = 12;

/// The result: the mixes that licenses grant at the same time on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// The day.
    pub at: Date,
    /// All names that can be checked out or activated, in file order.
    pub features: Vec<FeatureCapacity>,
    /// The frontiers of pairs.
    pub pairs: Vec<Frontier>,
    /// The minimal mixes of up to three features that are not always granted: by number of features, then in file order.
    pub smallest_denied: Vec<DeniedMix>,
    /// False if a bound ended the search for [`Self::smallest_denied`], so that more of these mixes may exist.
    pub is_complete: bool,
    /// The pools with a limit, in file order.
    pub pools: Vec<PoolUse>,
}

/// The capacity of one feature alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureCapacity {
    /// Its name.
    pub feature: String,
    /// The most checkouts at the same time, or the most activated devices.
    pub most: Amount,
    /// True if devices are activated, and nothing is checked out.
    pub is_activated: bool,
    /// True if it has no token: people rather check out the features that draw on it.
    pub is_pool: bool,
    /// The parts of the vendors that use the name; empty if one vendor does.
    pub vendors: Vec<(String, Amount)>,
    /// The reason why one more is denied; `None` without a limit, or if a bound ended the search.
    pub ends: Option<Reason>,
    /// The smallest number of licenses by pool with which one more would be granted; empty if more licenses do not help.
    pub one_more: Vec<(String, u64)>,
}

/// For each number of the first feature, the most of the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontier {
    /// The names.
    pub features: [String; 2],
    /// The rows for 0, 1, 2, … of the first feature.
    pub rows: Vec<Row>,
    /// False if a bound ended the search, so that more rows may exist.
    pub is_complete: bool,
}

/// A row of a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The number of checkouts of the first feature.
    pub first: u64,
    /// The most of the second feature that are granted in every order; `None` if the checkouts of the first feature alone
    /// are not always granted.
    pub always: Option<Amount>,
    /// The most of the second feature that are granted in some order.
    pub sometimes: Amount,
}

/// A mix that is not always granted, although each smaller mix is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeniedMix {
    /// The number of checkouts of each feature, in file order.
    pub mix: Vec<(String, u64)>,
    /// An order in which the last checkout is denied: features with the number of checkouts in sequence.
    pub order: Vec<(String, u64)>,
    /// The reason of the denial.
    pub reason: Reason,
}

impl Capacity {
    /// Computes the capacity of licenses on a day. `parts` are the models of the vendors, each with the blocks of one
    /// vendor, for names that several of them use.
    #[must_use]
    pub fn of(model: &Model, parts: &[(String, Model)], at: Date, hosts: Hosts, pairs: &Pairs) -> Self {
        let features = Features::of(model, at, hosts);
        let mut play = Play::new(model, &features, hosts);
        let found: Vec<most::Most> =
            (0..features.len()).map(|at| most::of(&mut play, &features, at)).collect();
        let mosts: Vec<Amount> = found.iter().map(|most| most.amount).collect();
        let frontiers = frontier::all(&mut play, &features, &mosts, pairs);
        let denied = denied::all(&mut play, &features, &found);
        let rows = found.into_iter().enumerate().filter_map(|(index, most)| {
            let feature = features.get(index)?;
            Some(FeatureCapacity {
                feature: feature.name.clone(),
                most: most.amount,
                is_activated: feature.is_activated,
                is_pool: feature.is_pool,
                vendors: vendors(parts, &feature.name, at, hosts),
                ends: most.ends,
                one_more: most.one_more,
            })
        });
        Self {
            at,
            features: rows.collect(),
            pairs: frontiers,
            smallest_denied: denied.mixes,
            is_complete: denied.is_complete,
            pools: pools::all(model, &features),
        }
    }
}

/// Returns the capacity of a name for each vendor that uses it, if several do.
fn vendors(parts: &[(String, Model)], name: &str, at: Date, hosts: Hosts) -> Vec<(String, Amount)> {
    let using: Vec<&(String, Model)> = parts.iter().filter(|(_, model)| model.name(name).is_some()).collect();
    if using.len() < 2 {
        return Vec::new();
    }
    let part = |(vendor, model): &(String, Model)| {
        let features = Features::of(model, at, hosts);
        let index = features.position(name)?;
        let mut play = Play::new(model, &features, hosts);
        Some((vendor.clone(), most::of(&mut play, &features, index).amount))
    };
    using.into_iter().filter_map(part).collect()
}
