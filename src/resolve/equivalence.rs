//! Conservative proofs that a mutated license behaves like the original (equivalent mutants).

use jiff::civil::Date;

use keywright_license::Kind;
use keywright_syntax::source::Span;

use super::block::{Block, Replaced};
use super::index_vec::BlockId;
use super::model::Model;
use super::semantics::supersedes;
use super::unserved::Needed;

impl Model {
    /// Returns the block at a span of one of the licenses (from 0).
    #[must_use]
    pub fn block_at(&self, license: usize, span: Span) -> Option<BlockId> {
        self.blocks.find_by(&(license, span), |block| (block.license as usize, block.span))
    }

    /// Returns true if a block has no effect on any day: another block replaces it permanently, an earlier EXCLUSIVE
    /// block is always used instead, or an UPGRADE has no EXCLUSIVE block. A block that replaces others always has an
    /// effect.
    #[must_use]
    pub fn has_no_effect(&self, block: BlockId) -> bool {
        let row = self.blocks.get(block);
        if row.terms().replaces != Replaced::Nothing || row.copy_of.is_some() {
            return false;
        }
        let target = self.targets.get(row.target);
        let replaced = target.lists().replacers.iter().chain(&row.terms().replaced_by).any(|replacer| {
            let other = self.blocks.get(*replacer);
            *replacer != block && is_undated(other) && supersedes(*replacer > block, false)
        });
        let discarded = row.kind == Kind::Exclusive
            && target.lists().replacers.is_empty()
            && target.exclusives().iter().any(|other| {
                let earlier = self.blocks.get(*other);
                *other < block && is_undated(earlier) && earlier.terms().replaced_by.is_empty()
            });
        let adds_to_nothing = row.kind == Kind::Upgrade && target.exclusives().is_empty();
        replaced || discarded || adds_to_nothing
    }

    /// Returns true if it makes no difference whether the block is in force on `day`.
    #[must_use]
    pub fn has_no_effect_on(&self, block: BlockId, day: Date) -> bool {
        let row = self.blocks.get(block);
        if row.terms().replaces != Replaced::Nothing {
            return false;
        }
        match row.kind {
            Kind::Token => self.is_shut_on(block, row, day) || self.is_masked_on(block, row, day),
            Kind::Upgrade => {
                let exclusives = self.targets.get(row.target).exclusives();
                !exclusives.iter().any(|exclusive| self.in_force(*exclusive, day))
            }
            _ => false,
        }
    }

    /// Returns true if the first dependency of a token is not in force on `day`, for new checkouts and for those that
    /// would join a share group.
    fn is_shut_on(&self, block: BlockId, row: &Block, day: Date) -> bool {
        let Some(first) = Needed::of(row, 0, 1) else { return false };
        self.is_never_served(first, day)
            && (self.has_no_group(block, 1, day) || self.cannot_grow(first.target, row.lends, day))
    }

    /// Returns true if a token can never run, and another block of its name is in force on `day` and only denied for
    /// lack of licenses, which is the reason that is reported. If tokens depend on the name, the other block must be tried
    /// first. Otherwise it could be granted after this one is denied, and a later dependency denied with another reason.
    fn is_masked_on(&self, block: BlockId, row: &Block, day: Date) -> bool {
        let needed = self.targets.get(row.target).needed;
        let masks = |other: &BlockId| {
            (*other < block || *other > block && !needed)
                && self.blocks.get(*other).version >= row.version
                && self.only_lacks_licenses(*other, day)
        };
        let is_plain = row.supported && row.lends == 0 && self.is_unmetered(row.target);
        is_plain && self.never_runs(block) && self.targets.get(row.target).order.iter().any(masks)
    }

    /// Returns true if a dependency of a block is never met, whatever its count, as long as this is at least `least`.
    #[must_use]
    pub fn is_never_met(&self, block: BlockId, dependency: usize, least: u64) -> bool {
        let row = self.blocks.get(block);
        let needed = Needed::of(row, dependency, 1).map(|needed| Needed { count: least, ..needed });
        self.is_walked_by_path(row.target) && needed.is_some_and(|needed| self.is_too_small(needed))
    }

    /// Returns true if the order of two blocks of one name does not matter.
    #[must_use]
    pub fn can_swap(&self, first: BlockId, second: BlockId) -> bool {
        let (a, b) = (self.blocks.get(first), self.blocks.get(second));
        let quiet = a.terms().replaces == Replaced::Nothing && b.terms().replaces == Replaced::Nothing;
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
        // If tokens depend on the name, the first block can be denied and the second one granted. The reason of the first
        // one is then reported if a later dependency is denied; in the other order, the first one is not tried.
        let is_root = !self.targets.get(a.target).needed;
        sorted || are_equivalent(a, b) || is_root && (apart || self.one_never_runs(first, second))
    }

    /// Returns true if one of two tokens of a name can never run, and both are denied for comparable reasons.
    fn one_never_runs(&self, first: BlockId, second: BlockId) -> bool {
        let is_token = |block| {
            let row: &Block = self.blocks.get(block);
            row.kind == Kind::Token && row.supported
        };
        is_token(first)
            && is_token(second)
            && self.is_unmetered(self.blocks.get(first).target)
            && (self.never_runs(first) || self.never_runs(second))
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
    let numbers = |it: &Block| {
        let terms = it.terms();
        let reserved = (terms.reserved_user, terms.reserved_host);
        (it.version, it.capacity, terms.hold, terms.min_checkout, terms.softlimit, terms.borrow, reserved)
    };
    let meters = |it: &Block| it.terms().meter.is_none();
    (a.kind, a.supported, a.start, a.end, a.shared) == (b.kind, b.supported, b.start, b.end, b.shared)
        && numbers(a) == numbers(b)
        && meters(a)
        && meters(b)
        && edges(a) == edges(b)
}
