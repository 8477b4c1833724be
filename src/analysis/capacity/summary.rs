//! The capacity of some features, for comparisons: the most of each and what it draws, and the smallest denied mixes.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use keywright_resolve::Model;

use super::features::{Demand, Features};
use super::result::{DeniedMix, Hosts};
use super::simulation::Play;
use super::{denied, maximum};
use crate::amount::Amount;

/// The capacity of some features.
#[derive(Debug)]
pub(crate) struct Quick {
    /// The most of each feature, and what one checkout draws.
    rows: HashMap<String, (Amount, String)>,
    /// The names without a token on which other features draw.
    pools: HashSet<String>,
    /// The smallest denied mixes; empty if they were not searched.
    pub(crate) denied: Vec<DeniedMix>,
    /// True if these are all.
    pub(crate) is_complete: bool,
}

impl Quick {
    pub(crate) fn of(
        model: &Model,
        day: Date,
        hosts: Hosts,
        keep: impl Fn(&str) -> bool,
        with_mixes: bool,
    ) -> Self {
        let features = Features::some(model, day, hosts, keep);
        let mut play = Play::new(model, &features, hosts);
        let found: Vec<maximum::Most> =
            (0..features.len()).map(|at| maximum::of(&mut play, &features, at)).collect();
        let pools = features.iter().filter(|row| row.is_pool).map(|row| row.name.clone()).collect();
        let rows = features.iter().zip(&found);
        let rows = rows.map(|(row, most)| (row.name.clone(), (most.amount, cost(&features, &row.demand))));
        let rows = rows.collect();
        let denied =
            if with_mixes { denied::all(&mut play, &features, &found) } else { denied::Denied::default() };
        Self { rows, pools, denied: denied.mixes, is_complete: denied.is_complete }
    }

    /// Returns true if people rather check out the features that draw on a name.
    pub(crate) fn is_pool(&self, name: &str) -> bool {
        self.pools.contains(name)
    }

    pub(crate) fn most(&self, name: &str) -> Option<Amount> {
        self.rows.get(name).map(|(most, _)| *most)
    }

    /// The draws of one checkout; empty if nothing is granted or nothing has a limit.
    pub(crate) fn cost(&self, name: &str) -> String {
        self.rows.get(name).map(|(_, cost)| cost.clone()).unwrap_or_default()
    }
}

/// The draws of one checkout that depend on what is checked out.
pub const ORDER_DECIDES: &str = "depends on the order";

/// The draws of one checkout by name: another block of a pool does not change the cost.
fn cost(features: &Features, demand: &Demand) -> String {
    let name = |supply: usize| features.supplies.get(supply).map_or("", |row| row.name.as_str());
    match demand {
        Demand::Never(_) => String::new(),
        Demand::Choice => ORDER_DECIDES.to_owned(),
        Demand::Fixed(draws) => {
            let parts = draws.iter().map(|(supply, each)| format!("{each} {}", name(*supply)));
            parts.collect::<Vec<_>>().join(" + ")
        }
    }
}
