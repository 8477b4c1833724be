//! What a feature costs: each of its blocks alone, on the state as it is, with all that it needs below it.
//!
//! Knows the walk; changes nothing.

use crate::license::Kind;

use super::event::Request;
use super::model::Model;
use super::outcome::{Failure, Outcome, Reason};
use super::state::State;
use super::table::{BlockId, NameId, TargetId};
use super::walk::{Mode, Need, Walk};

/// Most lines of a tree: a cascade may have more paths than anybody reads.
const MAX_LINES: usize = 400;

/// One way to serve a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The block that is tried.
    pub block: BlockId,
    /// What it would draw, by block in file order; or what it comes to instead.
    /// An ACTIVATION block binds a device.
    pub draws: Result<Vec<(BlockId, u64)>, Outcome>,
    /// What it needs, each line below the one it belongs to.
    pub tree: Vec<CostLine>,
    /// Lines that were left out of the tree.
    pub cut: bool,
}

/// A line of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostLine {
    /// How deep it stands, from 1.
    pub depth: usize,
    /// How many are needed; [`super::decisions::BEYOND`] for more than any pool has.
    pub count: u64,
    /// The feature needed.
    pub name: NameId,
    /// The block; `None` where no block has the name.
    pub block: Option<BlockId>,
    /// Which of the blocks that are tried in order, from 1, and how many there are.
    pub choice: (usize, usize),
    /// Whether nothing stands below its parent after it.
    pub last: bool,
}

impl Model {
    /// What each block of a feature would draw for a request, in the order they are tried. The state is as before.
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
        let served = walk.try_block(block, request.need());
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

    /// Pushes what a block needs; false if lines had to be left out. Depth is bounded by the longest chain.
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
