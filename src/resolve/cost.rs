//! The cost of a feature: for each of its blocks separately, given the current state, with all dependencies.
//!
//! Uses the walk and leaves the state unchanged.

use keywright_license::Kind;

use super::attempt::{Mode, Need};
use super::event::Request;
use super::index_vec::{BlockId, NameId, TargetId};
use super::model::Model;
use super::outcome::{Failure, Outcome};
use super::reason::Reason;
use super::state::State;
use super::walk::Walk;

/// Maximum number of lines of a dependency tree.
const MAX_LINES: usize = 400;

/// One way to serve a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The block.
    pub block: BlockId,
    /// The licenses it would draw, by block in file order, or the outcome if the request is not granted. An ACTIVATION
    /// block binds a device.
    pub draws: Result<Vec<(BlockId, u64)>, Outcome>,
    /// The dependency tree; each line follows its parent.
    pub tree: Vec<CostLine>,
    /// True if lines of the tree were omitted.
    pub cut: bool,
}

/// A line of a dependency tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostLine {
    /// Depth in the tree, starting at 1.
    pub depth: usize,
    /// Number of licenses needed; [`super::semantics::OVERFLOW`] after an overflow.
    pub count: u64,
    /// The feature that is needed.
    pub name: NameId,
    /// The block; `None` if no block has this name.
    pub block: Option<BlockId>,
    /// Position among the alternatives (from 1) and the number of alternatives.
    pub choice: (usize, usize),
    /// True for the last line of its parent.
    pub last: bool,
}

impl Model {
    /// Returns what each block of a feature would draw for a request, in the order the blocks are tried. The state does
    /// not change.
    #[must_use]
    pub fn alternatives(&self, state: &mut State, request: &Request) -> Vec<Alternative> {
        let Some(name) = request.feature else { return Vec::new() };
        let order = &self.names.get(name).order;
        order.iter().map(|block| self.alternative(state, *block, request)).collect()
    }

    fn alternative(&self, state: &mut State, block: BlockId, request: &Request) -> Alternative {
        let draws = match self.kind(block) {
            Kind::Activation => self
                .activation_miss(state, block)
                .map_or(Ok(vec![(block, 1)]), |miss| Err(Outcome::Denied(miss))),
            _ => self.draws_of(state, block, request),
        };
        let mut tree = Vec::new();
        let cut = !self.push_dependencies(block, request.need().count, 1, &mut tree);
        Alternative { block, draws, tree, cut }
    }

    fn draws_of(
        &self,
        state: &mut State,
        block: BlockId,
        request: &Request,
    ) -> Result<Vec<(BlockId, u64)>, Outcome> {
        let mut walk = Walk::new(self, state, request.who, Mode::Checkout);
        let served = walk.try_block(block, request.need()) && walk.burn_charges();
        let draws = if walk.is_exhausted() {
            Err(Outcome::Failed(Failure::Budget))
        } else if served {
            Ok(walk.scratch.taken())
        } else {
            Err(Outcome::Denied(walk.nearest.unwrap_or(Reason::NoSuchFeature)))
        };
        walk.abandon();
        draws
    }

    /// Appends the dependencies of a block; returns false if lines had to be omitted. The recursion depth is limited by
    /// the longest dependency chain.
    fn push_dependencies(&self, block: BlockId, count: u64, depth: usize, tree: &mut Vec<CostLine>) -> bool {
        let edges = &self.blocks.get(block).edges;
        edges.iter().enumerate().all(|(index, edge)| {
            let need = Need { count: count.saturating_mul(edge.count), version: edge.version };
            self.push_target(edge.target, need, depth, index + 1 == edges.len(), tree)
        })
    }

    fn push_target(
        &self,
        target: TargetId,
        need: Need,
        depth: usize,
        last: bool,
        tree: &mut Vec<CostLine>,
    ) -> bool {
        let row = self.targets.get(target);
        let line = CostLine { depth, count: need.count, name: row.name, block: None, choice: (1, 1), last };
        if row.order.is_empty() {
            tree.push(line);
            return true;
        }
        let of = row.order.len();
        row.order.iter().enumerate().all(|(index, block)| {
            if tree.len() >= MAX_LINES {
                return false;
            }
            let choice = (index + 1, of);
            let last = last && index + 1 == of;
            tree.push(CostLine { block: Some(*block), choice, last, ..line.clone() });
            self.push_dependencies(*block, need.count, depth + 1, tree)
        })
    }
}
