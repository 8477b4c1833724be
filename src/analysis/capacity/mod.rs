//! The capacity of licenses: which mixes of features can be checked out at the same time.
//!
//! A mix is a number of checkouts of each feature; each is one license in any version by a different user. A mix is
//! granted *always* if all its checkouts are granted in every order, *sometimes* if they are in some order. The two differ
//! only where a feature has alternatives.
//!
//! If no checkout of two or three features ever has a choice, arithmetic gives the answer. Otherwise the resolver tries all
//! orders; states that are equal for all later requests are tried once.

mod denied;
mod features;
mod frontier;
mod maximum;
mod mixes;
mod pools;
mod result;
mod simulation;
mod summary;

use jiff::civil::Date;

use keywright_resolve::{Model, NameId};

use crate::amount::Amount;

pub use pools::{Draw, PoolUse};
pub use result::{DeniedMix, FeatureCapacity, Frontier, Hosts, MOST_FEATURES, Pairs, Row};
pub use summary::ORDER_DECIDES;

pub(crate) use summary::Quick;

use features::Features;
use simulation::Play;

/// The result: the mixes that licenses grant at the same time on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// The day.
    pub at: Date,
    /// All names that can be checked out or activated, in file order.
    pub features: Vec<FeatureCapacity>,
    /// The frontiers of pairs.
    pub pairs: Vec<Frontier>,
    /// False if a bound was reached, so that [`Self::pairs`] has only the first pairs.
    pub has_all_pairs: bool,
    /// The minimal mixes of up to three features that are not always granted: by number of features, then in file order.
    pub smallest_denied: Vec<DeniedMix>,
    /// False if a bound ended the search for [`Self::smallest_denied`], so that more of these mixes may exist.
    pub is_complete: bool,
    /// The pools with a limit, in file order.
    pub pools: Vec<PoolUse>,
}

impl Capacity {
    /// Computes the capacity of licenses on a day. `parts` are the models of the vendors, each with the blocks of one
    /// vendor, for names that several of them use.
    #[must_use]
    pub fn of(model: &Model, parts: &[(String, Model)], at: Date, hosts: Hosts, pairs: &Pairs) -> Self {
        let features = Features::of(model, at, hosts);
        let mut play = Play::new(model, &features, hosts);
        let found: Vec<maximum::Most> =
            (0..features.len()).map(|at| maximum::of(&mut play, &features, at)).collect();
        let mosts: Vec<Amount> = found.iter().map(|most| most.amount).collect();
        let (frontiers, has_all_pairs) = frontier::all(&mut play, &features, &mosts, pairs);
        let denied = denied::all(&mut play, &features, &found);
        let mut parts = VendorPart::all(parts, at, hosts);
        let rows = found.into_iter().enumerate().filter_map(|(index, most)| {
            let feature = features.get(index)?;
            Some(FeatureCapacity {
                feature: feature.name.clone(),
                most: most.amount,
                is_activated: feature.is_activated,
                is_pool: feature.is_pool,
                vendors: vendors(&mut parts, &feature.name),
                ends: most.ends,
                one_more: most.one_more,
            })
        });
        Self {
            at,
            features: rows.collect(),
            pairs: frontiers,
            has_all_pairs,
            smallest_denied: denied.mixes,
            is_complete: denied.is_complete,
            pools: pools::all(model, &features),
        }
    }
}

/// The features of a vendor.
struct VendorPart<'a> {
    vendor: &'a str,
    features: Features,
    play: Play<'a>,
}

impl<'a> VendorPart<'a> {
    /// The parts of the vendors; none if there is only one.
    fn all(parts: &'a [(String, Model)], at: Date, hosts: Hosts) -> Vec<Self> {
        let part = |(vendor, model): &'a (String, Model)| {
            let features = Features::of(model, at, hosts);
            let play = Play::new(model, &features, hosts);
            Self { vendor, features, play }
        };
        if parts.len() > 1 { parts.iter().map(part).collect() } else { Vec::new() }
    }
}

/// Returns the capacity of a name for each vendor that uses it, if several do.
fn vendors(parts: &mut [VendorPart<'_>], name: &str) -> Vec<(String, Amount)> {
    let ids: Vec<Option<NameId>> = parts.iter().map(|part| part.play.model.name(name)).collect();
    if ids.iter().flatten().count() < 2 {
        return Vec::new();
    }
    let capacity = |(part, id): (&mut VendorPart<'_>, Option<NameId>)| {
        let index = part.features.position(id?)?;
        Some((part.vendor.to_owned(), maximum::of(&mut part.play, &part.features, index).amount))
    };
    parts.iter_mut().zip(ids).filter_map(capacity).collect()
}
