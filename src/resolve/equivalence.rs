//! Conservative proofs that a mutated license behaves like the original (equivalent mutants).

use jiff::civil::Date;

use keywright_license::Kind;
use keywright_syntax::source::Span;

use super::block::{Block, Replaced};
use super::index_vec::{BlockId, TargetId};
use super::model::Model;
use super::semantics::{hides, serves_version};

impl Model {
    /// Returns the block at a span of one of the licenses (from 0).
    #[must_use]
    pub fn block_at(&self, license: usize, span: Span) -> Option<BlockId> {
        self.by_place.get(&(license, span)).copied()
    }

    /// Returns true if a block has no effect on any day: another block replaces it permanently, an earlier EXCLUSIVE
    /// block is always used instead, or an UPGRADE has no EXCLUSIVE block. A block that replaces others always has an
    /// effect.
    #[must_use]
    pub fn has_no_effect(&self, block: BlockId) -> bool {
        let row = self.blocks.get(block);
        if row.replaces != Replaced::Nothing || row.copy_of.is_some() {
            return false;
        }
        let target = self.targets.get(row.target);
        let replaced = target.replacers.iter().chain(&row.replaced_by).any(|replacer| {
            let other = self.blocks.get(*replacer);
            *replacer != block && is_undated(other) && hides(*replacer > block, false)
        });
        let discarded = row.kind == Kind::Exclusive
            && target.replacers.is_empty()
            && target.exclusives.iter().any(|other| {
                let earlier = self.blocks.get(*other);
                *other < block && is_undated(earlier) && earlier.replaced_by.is_empty()
            });
        let adds_to_nothing = row.kind == Kind::Upgrade && target.exclusives.is_empty();
        replaced || discarded || adds_to_nothing
    }

    /// Returns true if enabling the block on `day` changes nothing, because its first dependency is not in force that
    /// day. False for shared tokens: their group could still be joined.
    #[must_use]
    pub fn has_no_effect_on(&self, block: BlockId, day: Date) -> bool {
        let row = self.blocks.get(block);
        if row.replaces != Replaced::Nothing {
            return false;
        }
        match row.kind {
            Kind::Token if row.shared.any() => false,
            Kind::Token => {
                row.edges.first().is_some_and(|edge| self.is_never_served(edge.target, edge.version, day))
            }
            Kind::Upgrade => {
                let exclusives = &self.targets.get(row.target).exclusives;
                !exclusives.iter().any(|exclusive| self.in_force(*exclusive, day))
            }
            _ => false,
        }
    }

    /// Returns true if every request for a name is denied as not in force, in any state: each block has a sufficient
    /// version and is outside its dates, or is a token whose first dependency is shut. The recursion depth is limited
    /// by the longest chain; names with many paths are not analysed.
    fn is_never_served(&self, target: TargetId, version: u32, day: Date) -> bool {
        let row = self.targets.get(target);
        let is_never_served = |block: &BlockId| {
            let row = self.blocks.get(*block);
            let counts = matches!(row.kind, Kind::Exclusive | Kind::Additive | Kind::Metered | Kind::Token);
            let first = row.edges.first();
            counts
                && row.supported
                && !row.shared.any()
                && serves_version(row, version)
                && (!self.in_force(*block, day)
                    || first.is_some_and(|edge| self.is_never_served(edge.target, edge.version, day)))
        };
        row.paths <= 10_000 && !row.order.is_empty() && row.order.iter().chain(&row.lots).all(is_never_served)
    }

    /// Returns true if the order of two blocks of one name does not matter.
    #[must_use]
    pub fn can_swap(&self, first: BlockId, second: BlockId) -> bool {
        let (a, b) = (self.blocks.get(first), self.blocks.get(second));
        let quiet = a.replaces == Replaced::Nothing && b.replaces == Replaced::Nothing;
        if a.target != b.target || !quiet {
            return false;
        }
        let apart = a.end.zip(b.start).is_some_and(|(end, start)| end < start)
            || b.end.zip(a.start).is_some_and(|(end, start)| end < start);
        let sorted = match (a.kind, b.kind) {
            (Kind::Upgrade, _) | (_, Kind::Upgrade) => true,
            (Kind::Metered, Kind::Metered) => a.end != b.end,
            (a, b) => (a == Kind::Exclusive) != (b == Kind::Exclusive),
        };
        let apart = apart && !a.shared.any() && !b.shared.any();
        sorted || apart || are_equivalent(a, b)
    }
}

fn is_undated(block: &Block) -> bool {
    block.start.is_none() && block.end.is_none()
}

/// Returns true if two blocks differ only in position and in informational directives.
fn are_equivalent(a: &Block, b: &Block) -> bool {
    let edges = |block: &Block| -> Vec<_> {
        block.edges.iter().map(|edge| (edge.target, edge.version, edge.count)).collect()
    };
    let numbers = |it: &Block| (it.version, it.capacity, it.hold, it.min_checkout, it.softlimit, it.borrow);
    let meters = |it: &Block| it.meter.is_none();
    (a.kind, a.supported, a.start, a.end, a.shared) == (b.kind, b.supported, b.start, b.end, b.shared)
        && numbers(a) == numbers(b)
        && (a.reserved_user, a.reserved_host) == (b.reserved_user, b.reserved_host)
        && meters(a)
        && meters(b)
        && edges(a) == edges(b)
}
