//! Conservative proofs that requests are denied in every state, for [`equivalence`](super::equivalence).

use std::collections::HashMap;

use jiff::civil::Date;

use keywright_license::Kind;

use super::block::{Block, UNLIMITED};
use super::index_vec::{BlockId, TargetId};
use super::model::Model;
use super::semantics::{MERGE_ABOVE, serves_version};

/// Maximum number of paths of an analysed name. The recursion depth is limited by the longest chain.
const MOST_PATHS: u64 = 10_000;

/// A dependency with its accumulated count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needed {
    pub(super) target: TargetId,
    pub(super) version: u32,
    pub(super) count: u64,
}

impl Needed {
    /// The dependency at an index of a block, for `count` licenses of the block.
    pub(super) fn of(row: &Block, index: usize, count: u64) -> Option<Self> {
        let edge = row.edges.get(index)?;
        Some(Self { target: edge.target, version: edge.version, count: edge.count.saturating_mul(count) })
    }
}

impl Model {
    /// Returns true if no request for this token is granted, on any day.
    #[must_use]
    pub fn never_runs(&self, block: BlockId) -> bool {
        let row = self.blocks.get(block);
        row.kind == Kind::Token
            && self.targets.get(row.target).paths <= MOST_PATHS
            && self.reach(row, &mut HashMap::new()) == 0
    }

    /// Returns an upper bound of the licenses of a block that one request can obtain.
    fn reach(&self, row: &Block, known: &mut HashMap<(TargetId, u32), u64>) -> u64 {
        match row.kind {
            _ if !row.supported => 0,
            Kind::Exclusive | Kind::Additive => self.most_licenses(row),
            Kind::Metered => UNLIMITED,
            Kind::Local | Kind::Activation | Kind::Upgrade => 0,
            Kind::Token => {
                let of_edge = |edge: &super::block::Edge| {
                    let most = self.reach_of(edge.target, edge.version, known);
                    if most == UNLIMITED { UNLIMITED } else { most / edge.count.max(1) }
                };
                let most = row.edges.iter().map(of_edge).min().unwrap_or(0);
                // A share group can grow in steps that are smaller than its size.
                if row.shared.any() && most > 0 { UNLIMITED } else { most }
            }
        }
    }

    fn reach_of(&self, target: TargetId, version: u32, known: &mut HashMap<(TargetId, u32), u64>) -> u64 {
        if let Some(most) = known.get(&(target, version)) {
            return *most;
        }
        let row = self.targets.get(target);
        let blocks = row.order.iter().chain(&row.lists().lots).map(|block| self.blocks.get(*block));
        let serving = blocks.filter(|block| serves_version(block, version));
        let most = serving.map(|block| self.reach(block, known)).max().unwrap_or(0);
        known.insert((target, version), most);
        most
    }

    /// The licenses of a pool with all of its UPGRADE blocks.
    fn most_licenses(&self, row: &Block) -> u64 {
        let upgrades = &self.targets.get(row.target).lists().upgrades;
        upgrades
            .iter()
            .fold(row.capacity, |sum, upgrade| sum.saturating_add(self.blocks.get(*upgrade).capacity))
    }

    /// Returns true if every request for this many or more licenses is denied, with a reason that is the same for all of
    /// these numbers.
    pub(super) fn is_too_small(&self, needed: Needed) -> bool {
        let target = self.targets.get(needed.target);
        let is_too_small = |block: &BlockId| {
            let row = self.blocks.get(*block);
            match row.kind {
                _ if !row.supported => false,
                Kind::Exclusive | Kind::Additive => self.most_licenses(row) < needed.count,
                Kind::Token => Needed::of(row, 0, needed.count).is_some_and(|first| self.is_too_small(first)),
                Kind::Metered | Kind::Local | Kind::Activation | Kind::Upgrade => false,
            }
        };
        self.is_walked_by_path(needed.target)
            && target.lists().lots.is_empty()
            && target.order.iter().all(is_too_small)
    }

    /// Returns true if the name has blocks, and a walk tries them one by one.
    pub(super) fn is_walked_by_path(&self, target: TargetId) -> bool {
        let row = self.targets.get(target);
        let merged = row.simple && row.paths > MERGE_ABOVE;
        !merged && row.paths <= MOST_PATHS && !(row.order.is_empty() && row.lists().lots.is_empty())
    }

    /// Returns true if every request is denied as not in force on `day`, in any state: each block has a sufficient
    /// version and is outside its dates, or is a token whose first dependency is not served.
    pub(super) fn is_never_served(&self, needed: Needed, day: Date) -> bool {
        let target = self.targets.get(needed.target);
        let is_never_served = |block: &BlockId| {
            let row = self.blocks.get(*block);
            let counts = matches!(row.kind, Kind::Exclusive | Kind::Additive | Kind::Metered | Kind::Token);
            let first = || Needed::of(row, 0, needed.count);
            counts
                && row.supported
                && serves_version(row, needed.version)
                && self.has_no_group(*block, needed.count, day)
                && (!self.in_force(*block, day)
                    || first().is_some_and(|first| self.is_never_served(first, day)))
        };
        let all = target.order.iter().chain(&target.lists().lots);
        target.paths <= MOST_PATHS && !target.order.is_empty() && all.into_iter().all(is_never_served)
    }

    /// Returns true if no share group of the block can serve `count` licenses at no cost on `day`, given that the block
    /// serves nothing else on this day.
    pub(super) fn has_no_group(&self, block: BlockId, count: u64, day: Date) -> bool {
        let row = self.blocks.get(block);
        !row.shared.any()
            || row.start.is_some_and(|start| day <= start)
            || match row.kind {
                Kind::Token => self.never_runs(block),
                _ => self.most_licenses(row) < count,
            }
    }

    /// Returns true if a share group that drew on a name cannot grow on `day`: each pool that can be its first choice is
    /// not in force, and permits borrowing for `hours`.
    pub(super) fn cannot_grow(&self, target: TargetId, hours: u32, day: Date) -> bool {
        let row = self.targets.get(target);
        let is_shut = |block: &BlockId| {
            let row = self.blocks.get(*block);
            match row.kind {
                Kind::Exclusive | Kind::Additive => {
                    !self.in_force(*block, day) && row.terms().borrow.unwrap_or(0) >= hours
                }
                Kind::Token => {
                    row.edges.first().is_some_and(|edge| self.cannot_grow(edge.target, hours, day))
                }
                _ => false,
            }
        };
        row.paths <= MOST_PATHS && row.lists().lots.is_empty() && row.order.iter().all(is_shut)
    }

    /// Returns true if only pools and tokens serve the name, directly and by dependencies.
    pub(super) fn is_unmetered(&self, target: TargetId) -> bool {
        let row = self.targets.get(target);
        let is_unmetered = |block: &BlockId| {
            let row = self.blocks.get(*block);
            let kind = matches!(row.kind, Kind::Exclusive | Kind::Additive | Kind::Token);
            kind && row.supported && row.edges.iter().all(|edge| self.is_unmetered(edge.target))
        };
        row.paths <= MOST_PATHS && row.lists().lots.is_empty() && row.order.iter().all(is_unmetered)
    }

    /// Returns true if a checkout of the block on `day` can only be denied because licenses are in use.
    pub(super) fn only_lacks_licenses(&self, block: BlockId, day: Date) -> bool {
        let row = self.blocks.get(block);
        let is_pool = |block: &BlockId, version: u32| {
            let row = self.blocks.get(*block);
            let is_pool = matches!(row.kind, Kind::Exclusive | Kind::Additive);
            is_pool && row.supported && serves_version(row, version) && self.in_force(*block, day)
        };
        let only_pools = |edge: &super::block::Edge| {
            let row = self.targets.get(edge.target);
            self.is_walked_by_path(edge.target)
                && row.lists().lots.is_empty()
                && row.order.iter().all(|block| is_pool(block, edge.version))
        };
        row.supported
            && row.kind == Kind::Token
            && self.in_force(block, day)
            && row.edges.iter().all(only_pools)
    }
}
