//! The walk by names: where every name below a token has one block, paths that meet are one arrival.
//!
//! Names are taken in an order in which each stands before what it depends on, so that all arrivals at a name are
//! known when its turn comes: their sum, for what is counted by the sum, and their maximum, for what is shared. Cost is
//! linear in the dependencies, however many paths they make.

use std::collections::BTreeMap;

use crate::license::Kind;

use super::decisions::share_key;
use super::model::Block;
use super::sights::Sight;
use super::table::{BlockId, TargetId};
use super::walk::{Need, Walk};

/// What arrives at a name.
#[derive(Debug, Clone, Copy)]
struct Arrivals {
    sum: u64,
    largest: u64,
    /// The highest version asked: one block that serves it serves them all.
    version: u32,
    /// The block that arrived first.
    from: BlockId,
}

/// Names that wait for their turn, by rank.
type Waiting = BTreeMap<(u32, TargetId), Arrivals>;

impl Walk<'_> {
    /// Serves all dependencies of a token block, each name below it once.
    pub(super) fn merged(&mut self, root: BlockId, count: u64) -> bool {
        let mut waiting = Waiting::new();
        let mut came_from: BTreeMap<BlockId, BlockId> = BTreeMap::new();
        let row = self.model.blocks.get(root);
        self.arrive(&mut waiting, root, row, count, count);
        while let Some(((_, target), arrivals)) = waiting.pop_first() {
            let served = match self.model.targets.get(target).order.first() {
                None => {
                    let need = arrivals.need(arrivals.sum);
                    self.nothing_to_try(Some(self.model.targets.get(target).name), need)
                }
                Some(id) => {
                    came_from.insert(*id, arrivals.from);
                    self.serve_merged(&mut waiting, *id, arrivals)
                }
            };
            if !served {
                self.nest_last(root, arrivals.from, &came_from);
                return false;
            }
        }
        true
    }

    fn serve_merged(&mut self, waiting: &mut Waiting, id: BlockId, arrivals: Arrivals) -> bool {
        let row = self.model.blocks.get(id);
        let shares = share_key(row.shared, self.who).is_some();
        if row.kind != Kind::Token || shares || !row.supported {
            let count = if shares { arrivals.largest } else { arrivals.sum };
            return self.try_block(id, arrivals.need(count));
        }
        if !self.step(self.model.weight(id) + row.edges.len() as u64) {
            return false;
        }
        if let Err(miss) = self.standing(id, row, arrivals.version) {
            self.enter(Some(row.name), Some(id), arrivals.sum);
            return self.leave(Err(miss));
        }
        self.arrive(waiting, id, row, arrivals.sum, arrivals.largest);
        true
    }

    fn arrive(&mut self, waiting: &mut Waiting, from: BlockId, row: &Block, sum: u64, largest: u64) {
        self.see(Sight::Block(from));
        for (edge, index) in row.edges.iter().zip(0..) {
            self.see(Sight::Dependency(from, index));
            let rank = self.model.targets.get(edge.target).rank;
            let arrivals = waiting.entry((rank, edge.target)).or_insert(Arrivals {
                sum: 0,
                largest: 0,
                version: 0,
                from,
            });
            arrivals.sum = arrivals.sum.saturating_add(sum.saturating_mul(edge.count));
            arrivals.largest = arrivals.largest.max(largest.saturating_mul(edge.count));
            arrivals.version = arrivals.version.max(edge.version);
        }
    }

    /// Shows a failure below the tokens of one path that leads to it.
    fn nest_last(&mut self, root: BlockId, from: BlockId, came_from: &BTreeMap<BlockId, BlockId>) {
        let Some(trace) = &mut self.trace else { return };
        let mut at = from;
        while at != root {
            trace.wrap_last(self.model.blocks.get(at).name, at);
            at = came_from.get(&at).copied().unwrap_or(root);
        }
    }
}

impl Arrivals {
    fn need(self, count: u64) -> Need {
        Need { count, version: self.version }
    }
}
