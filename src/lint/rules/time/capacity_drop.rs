//! Tokens whose pools become too small on a future date, grouped by the finding that reports them.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::Context;
use crate::rules::capacity::unservable::CapacityDrop;
use keywright_resolve::graph::{FeatureGroup, GraphBlockId, SearchDirection};

/// Maximum number of edges followed per run to find the tokens that a license serves.
///
/// DECISION: tokens beyond the limit are reported in separate findings.
const MOST_STEPS: usize = 1_000_000;

/// A gap or a drop.
pub(super) struct Fault {
    /// The first day with fewer licenses.
    pub(super) day: Date,
    /// The first day after a gap; `None` for a drop.
    pub(super) again: Option<Date>,
    /// The size before and after, if it is smaller afterwards.
    pub(super) fallen: Option<(u64, u64)>,
}

/// Tokens that no longer fit, by day.
pub(super) struct CapacityDrops<'c> {
    days: BTreeMap<Date, Vec<&'c CapacityDrop>>,
    budget: usize,
}

impl<'c> CapacityDrops<'c> {
    pub(super) fn new(cx: &'c Context<'_>) -> Self {
        let mut days: BTreeMap<Date, Vec<&CapacityDrop>> = BTreeMap::new();
        for fall in &cx.shortages().falls {
            days.entry(fall.day).or_default().push(fall);
        }
        Self { days, budget: MOST_STEPS }
    }

    /// Removes and returns the tokens affected by a fault of a license. For a gap, only the tokens that do not fit after
    /// it are returned, because during the gap no token is served.
    pub(super) fn remove_affected(
        &mut self,
        cx: &Context<'_>,
        named: &FeatureGroup<'_>,
        fault: &Fault,
    ) -> Vec<&'c CapacityDrop> {
        let within = self.take_on(cx, named, fault.day);
        match fault.again {
            Some(again) => self.take_on(cx, named, again),
            None => within,
        }
    }

    fn take_on(&mut self, cx: &Context<'_>, named: &FeatureGroup<'_>, day: Date) -> Vec<&'c CapacityDrop> {
        let Some(all) = self.days.get_mut(&day).filter(|all| !all.is_empty()) else { return Vec::new() };
        let blocks = named.blocks.iter().copied();
        let above: Vec<GraphBlockId> =
            cx.graph.reached(blocks, SearchDirection::Tokens, &mut self.budget).unwrap_or_default();
        let (taken, rest) = all.iter().partition(|fall| above.binary_search(&fall.block).is_ok());
        *all = rest;
        taken
    }

    /// The tokens that no other finding reports, grouped by day and missing pool.
    pub(super) fn left(self) -> Vec<Vec<&'c CapacityDrop>> {
        let mut left: BTreeMap<(Date, GraphBlockId), Vec<&CapacityDrop>> = BTreeMap::new();
        for fall in self.days.into_values().flatten() {
            left.entry((fall.day, fall.lack.pool)).or_default().push(fall);
        }
        left.into_values().collect()
    }
}
