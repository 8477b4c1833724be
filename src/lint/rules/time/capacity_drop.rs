//! Tokens whose pools become too small on a future date, grouped by the finding that reports them.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::Context;
use crate::rules::capacity::unservable::Fall;
use keywright_resolve::graph::{BlockId, Named, Toward};

use super::capacity_gap::Fault;

/// Maximum number of edges followed per run to find the tokens that a license serves.
///
/// DECISION: tokens beyond the limit are reported in separate findings.
const MOST_STEPS: usize = 1_000_000;

/// Tokens that no longer fit, by day.
pub(super) struct Falls<'c> {
    days: BTreeMap<Date, Vec<&'c Fall>>,
    room: usize,
}

impl<'c> Falls<'c> {
    pub(super) fn new(cx: &'c Context<'_>) -> Self {
        let mut days: BTreeMap<Date, Vec<&Fall>> = BTreeMap::new();
        for fall in &cx.shortages().falls {
            days.entry(fall.day).or_default().push(fall);
        }
        Self { days, room: MOST_STEPS }
    }

    /// Removes and returns the tokens affected by a fault of a license. For a gap, only the tokens that do not fit after
    /// it are returned, because during the gap no token is served.
    pub(super) fn take(&mut self, cx: &Context<'_>, named: &Named<'_>, fault: &Fault) -> Vec<&'c Fall> {
        let within = self.take_on(cx, named, fault.day);
        match fault.again {
            Some(again) => self.take_on(cx, named, again),
            None => within,
        }
    }

    fn take_on(&mut self, cx: &Context<'_>, named: &Named<'_>, day: Date) -> Vec<&'c Fall> {
        let Some(all) = self.days.get_mut(&day).filter(|all| !all.is_empty()) else { return Vec::new() };
        let blocks = named.blocks.iter().copied();
        let above: Vec<BlockId> =
            cx.graph.reached(blocks, Toward::Tokens, &mut self.room).unwrap_or_default();
        let (taken, rest) = all.iter().partition(|fall| above.binary_search(&fall.block).is_ok());
        *all = rest;
        taken
    }

    /// The tokens that no other finding reports, grouped by day and missing pool.
    pub(super) fn left(self) -> Vec<Vec<&'c Fall>> {
        let mut left: BTreeMap<(Date, BlockId), Vec<&Fall>> = BTreeMap::new();
        for fall in self.days.into_values().flatten() {
            left.entry((fall.day, fall.lack.pool)).or_default().push(fall);
        }
        left.into_values().collect()
    }
}
