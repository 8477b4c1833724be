//! Finds the first unmet dependency in path order without walking every path.
//!
//! The longest prefix of a token's dependencies that is served together is found by bisection. The next dependency
//! fails; if it is a token, the search continues below it. This way the order in which a merged walk visits names does
//! not affect the reported reason.

use super::attempt::{Denial, Need};
use super::block::{Block, Edge};
use super::index_vec::BlockId;
use super::walk::Walk;

use super::dag_walk::Frontier;

impl Walk<'_> {
    /// Replaces the reason and the last recorded attempt by those of the first miss, or keeps them if the search
    /// exceeds its budget. Everything that was drawn is rolled back.
    pub(super) fn report_first_unmet(&mut self, root: BlockId, row: &Block, count: u64, full: usize) {
        let (reason, mark) = (self.nearest.take(), self.scratch.mark());
        let kept: Vec<BlockId> = self.scratch.full.drain(full..).collect();
        let shown = self.trace.as_mut().and_then(super::trace::Trace::pop_last);
        let (limit, begin) = (self.limit, self.state.work);
        self.limit_to(self.for_first_miss);
        self.descend(root, row, count);
        let found = self.nearest.is_some() && !self.is_exhausted();
        let spent = self.state.work.saturating_sub(begin);
        self.for_first_miss = self.for_first_miss.saturating_sub(spent);
        self.limit = limit.saturating_add(spent);
        self.roll_back(mark);
        if found {
            return;
        }
        self.nearest = reason;
        self.scratch.full.truncate(full);
        self.scratch.full.extend(kept);
        if let (Some(trace), Some(shown)) = (&mut self.trace, shown) {
            trace.pop_last();
            trace.push_last(shown);
        }
    }

    /// Finds the first unmet dependency of a block and records its reason.
    fn descend(&mut self, id: BlockId, row: &Block, count: u64) {
        let (mut fits, mut fails) = (0, row.edges.len());
        while fails - fits > 1 && !self.is_exhausted() {
            let middle = fits + (fails - fits) / 2;
            if self.serves_up_to(id, row.edges.get(..middle).unwrap_or_default(), count, false) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        self.serves_up_to(id, row.edges.get(..fits).unwrap_or_default(), count, true);
        if let Some(edge) = row.edges.get(fits)
            && !self.is_exhausted()
        {
            self.miss(*edge, count);
        }
    }

    /// Returns true if these dependencies are served together; with `keep`, their draws are kept.
    fn serves_up_to(&mut self, id: BlockId, edges: &[Edge], count: u64, keep: bool) -> bool {
        let (trace, nearest) = (self.trace.take(), self.nearest.take());
        let (mark, full) = (self.scratch.mark(), self.scratch.full.len());
        let mut front = Frontier::default();
        self.arrive(&mut front, id, edges, (count, count));
        let served = self.pass(&mut front, id);
        if !keep {
            self.roll_back(mark);
        }
        self.scratch.full.truncate(full);
        (self.trace, self.nearest) = (trace, nearest);
        served
    }

    /// Tries the unmet dependency to record its reason.
    fn miss(&mut self, edge: Edge, count: u64) {
        let need = Need { count: edge.count.saturating_mul(count), version: edge.version };
        let target = self.model.targets.get(edge.target);
        let Some(id) = target.order.first().copied() else {
            self.nothing_to_try(Some(target.name), need);
            return;
        };
        let row = self.model.blocks.get(id);
        if !self.is_passage(row) {
            self.try_block(id, need);
            return;
        }
        self.enter(Some(row.name), Some(id), need.count);
        let missed = match self.opens(id, row, need.version) {
            Err(miss) => miss,
            Ok(()) => {
                self.descend(id, row, need.count);
                Denial::Nested
            }
        };
        self.leave(Err(missed));
    }
}
