//! The walk by names: if every name below a token has one block, paths that meet at a name are merged into one arrival.
//!
//! Names are visited in topological order, so that all arrivals at a name are known before it is served: their sum, for
//! unshared licenses, and their maximum, for shared ones. The cost is linear in the number of dependencies, however
//! many paths there are.

use std::collections::BTreeMap;

use keywright_license::Kind;

use super::attempt::Need;
use super::block::{Block, Edge};
use super::coverage_point::CoveragePoint;
use super::index_vec::{BlockId, TargetId};
use super::reason::Reason;
use super::semantics::share_key;
use super::walk::{Walk, nearer};

/// All arrivals at a name.
#[derive(Debug, Clone, Copy)]
struct Demand {
    sum: u64,
    largest: u64,
    /// The lowest and the highest requested version. A block that serves the highest serves them all.
    lowest: u32,
    version: u32,
    /// The block of the first arrival.
    from: BlockId,
}

/// The progress of a walk by names.
#[derive(Debug, Default)]
pub(super) struct Frontier {
    /// Names that are not visited yet, by rank.
    waiting: BTreeMap<(u32, TargetId), Demand>,
    came_from: BTreeMap<BlockId, BlockId>,
    /// True if the last failing name was requested in several versions, of which it may serve some.
    mixed: bool,
}

impl Walk<'_> {
    /// Serves all dependencies of a token block, visiting each name below it once. On failure, the reason is that of
    /// the first unmet dependency in path order.
    pub(super) fn merged(&mut self, root: BlockId, row: &Block, count: u64) -> bool {
        let before = self.nearest.take();
        let mark = self.scratch.mark();
        let full = self.scratch.full.len();
        let mut front = Frontier::default();
        self.arrive(&mut front, root, &row.edges, (count, count));
        let served = self.pass(&mut front, root);
        if !served && !self.is_exhausted() {
            let reason = self.nearest;
            let fullest = self.scratch.full.len();
            let several = self.has_other_reason(&mut front, root, reason);
            self.roll_back(mark);
            self.nearest = reason;
            self.scratch.full.truncate(fullest);
            // A trial keeps the total shortage, over all paths.
            if several && self.recorder.is_none() {
                self.report_first_unmet(root, row, count, full);
            }
        }
        self.nearest = nearer(before, self.nearest);
        served
    }

    /// Serves the waiting names until one fails.
    pub(super) fn pass(&mut self, front: &mut Frontier, root: BlockId) -> bool {
        while let Some(((_, target), arrivals)) = front.waiting.pop_first() {
            let served = match self.model.targets.get(target).order.first() {
                None => {
                    let need = arrivals.need(arrivals.sum);
                    self.nothing_to_try(Some(self.model.targets.get(target).name), need)
                }
                Some(id) => {
                    front.came_from.insert(*id, arrivals.from);
                    self.serve_merged(front, *id, arrivals)
                }
            };
            if !served {
                front.mixed = arrivals.lowest < arrivals.version;
                self.nest_last(root, arrivals.from, &front.came_from);
                return false;
            }
        }
        true
    }

    /// Returns true if names after the failing one would fail for a different reason, so that their order matters.
    /// Records nothing; the caller rolls back the draws.
    fn has_other_reason(&mut self, front: &mut Frontier, root: BlockId, reason: Option<Reason>) -> bool {
        let (trace, recorder) = (self.trace.take(), self.recorder.take());
        let mut several = front.mixed;
        while !several && !front.waiting.is_empty() && !self.is_exhausted() {
            self.nearest = None;
            if !self.pass(front, root) {
                several = front.mixed || self.nearest != reason;
            }
        }
        (self.trace, self.recorder) = (trace, recorder);
        several
    }

    fn serve_merged(&mut self, front: &mut Frontier, id: BlockId, arrivals: Demand) -> bool {
        let row = self.model.blocks.get(id);
        if !self.is_passage(row) {
            let shares = share_key(row.shared, self.who).is_some();
            let count = if shares { arrivals.largest } else { arrivals.sum };
            return self.try_block(id, arrivals.need(count));
        }
        if !self.step(self.model.weight(id) + row.edges.len() as u64) {
            return false;
        }
        self.visit(id);
        if let Err(miss) = self.opens(id, row, arrivals.version) {
            self.enter(Some(row.name), Some(id), arrivals.sum);
            return self.leave(Err(miss));
        }
        self.arrive(front, id, &row.edges, (arrivals.sum, arrivals.largest));
        true
    }

    /// Returns true if a block only passes a request on: an unshared token.
    pub(super) fn is_passage(&self, row: &Block) -> bool {
        row.kind == Kind::Token && row.supported && share_key(row.shared, self.who).is_none()
    }

    /// Adds the dependencies of a block to the waiting names; `times` is the total number of requests and the largest
    /// single request.
    pub(super) fn arrive(&mut self, front: &mut Frontier, from: BlockId, edges: &[Edge], times: (u64, u64)) {
        self.see(CoveragePoint::Block(from));
        for (edge, index) in edges.iter().zip(0..) {
            self.see(CoveragePoint::Dependency(from, index));
            let rank = self.model.targets.get(edge.target).rank;
            let arrivals = front.waiting.entry((rank, edge.target)).or_insert(Demand {
                sum: 0,
                largest: 0,
                lowest: u32::MAX,
                version: 0,
                from,
            });
            arrivals.sum = arrivals.sum.saturating_add(times.0.saturating_mul(edge.count));
            arrivals.largest = arrivals.largest.max(times.1.saturating_mul(edge.count));
            arrivals.lowest = arrivals.lowest.min(edge.version);
            arrivals.version = arrivals.version.max(edge.version);
        }
    }

    /// Nests a failure below the tokens of one path that leads to it.
    fn nest_last(&mut self, root: BlockId, from: BlockId, came_from: &BTreeMap<BlockId, BlockId>) {
        let Some(trace) = &mut self.trace else { return };
        let mut at = from;
        while at != root {
            trace.wrap_last(self.model.blocks.get(at).name, at);
            at = came_from.get(&at).copied().unwrap_or(root);
        }
    }
}

impl Demand {
    fn need(self, count: u64) -> Need {
        Need { count, version: self.version }
    }
}
