//! The undo log of a walk.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::coverage_point::CoveragePoint;
use super::draw::{Draw, Size};
use super::fast_hash::IndexMap;
use super::groups::Groups;
use super::index_vec::{BlockId, GroupId, TargetId};

/// Lists of a walk, reused to avoid allocations.
#[derive(Debug, Clone, Default)]
pub(super) struct WalkBuffers {
    pub(super) trail: Vec<Undo>,
    /// The draws of the checkout if the walk succeeds.
    pub(super) draws: Vec<Draw>,
    /// Blocks whose usage is above their SOFTLIMIT.
    pub(super) warned: Vec<BlockId>,
    /// Coverage points that the walk hit, if observation is enabled.
    pub(super) points: Vec<CoveragePoint>,
    /// Charges of METERED names whose lots are not consumed yet. Charges that are rolled back are never consumed.
    pub(super) charges: Charges,
    /// Exhausted blocks, if observation is enabled. They are kept when their draws are rolled back.
    pub(super) full: Vec<BlockId>,
}

/// A charge of a METERED name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge {
    pub(super) target: TargetId,
    pub(super) version: u32,
    pub(super) tokens: u64,
}

/// The charges of a walk, in order, and for each name the charge that is not consumed yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Charges {
    all: Vec<Charge>,
    open: IndexMap<TargetId, usize>,
}

impl Charges {
    pub(super) fn push(&mut self, charge: Charge) {
        self.open.insert(charge.target, self.all.len());
        self.all.push(charge);
    }

    /// Takes the last charge back.
    pub(super) fn pop(&mut self) {
        if let Some(charge) = self.all.pop() {
            self.open.remove(&charge.target);
        }
    }

    /// Returns the charge of a name that is not consumed yet, and marks it as consumed.
    pub(super) fn close(&mut self, target: TargetId) -> Option<(usize, Charge)> {
        let at = self.open.remove(&target)?;
        self.all.get(at).map(|charge| (at, *charge))
    }

    /// A charge is not burned after all.
    pub(super) fn reopen(&mut self, at: usize) {
        if let Some(charge) = self.all.get(at) {
            self.open.insert(charge.target, at);
        }
    }

    /// Returns the names with a charge that is not consumed yet, in the order of the charges.
    pub(super) fn waiting(&self) -> Vec<TargetId> {
        let mut open: Vec<(usize, TargetId)> = self.open.iter().map(|(target, at)| (*at, *target)).collect();
        open.sort_unstable();
        open.into_iter().map(|(_, target)| target).collect()
    }

    /// The tokens of the charge of a name that is not burned yet.
    pub(super) fn waiting_for(&self, target: TargetId) -> u64 {
        self.open.get(&target).and_then(|at| self.all.get(*at)).map_or(0, |charge| charge.tokens)
    }

    fn clear(&mut self) {
        self.all.clear();
        self.open.clear();
    }
}

/// A position in the logs of a walk, to roll back to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Savepoint {
    pub(super) trail: usize,
    pub(super) draws: usize,
    pub(super) warned: usize,
    pub(super) points: usize,
}

impl WalkBuffers {
    pub(super) fn mark(&self) -> Savepoint {
        Savepoint {
            trail: self.trail.len(),
            draws: self.draws.len(),
            warned: self.warned.len(),
            points: self.points.len(),
        }
    }

    /// Returns true if a checkout with these draws has licenses to return. The share group of a token over METERED tokens
    /// alone has none.
    pub(super) fn holds_something(&self, groups: &Groups) -> bool {
        self.draws.iter().any(|draw| match draw {
            Draw::Burned { .. } => false,
            Draw::Token { group, .. } => groups.get(*group).pools().next().is_some(),
            Draw::Pool { .. } | Draw::Member { .. } => true,
        })
    }

    /// Returns the licenses taken since the walk began, by block in file order.
    pub(super) fn taken(&self) -> Vec<(BlockId, u64)> {
        self.taken_since(Savepoint::default())
    }

    /// Returns the licenses taken since a mark, by block in file order.
    pub(super) fn taken_since(&self, mark: Savepoint) -> Vec<(BlockId, u64)> {
        let mut sums: BTreeMap<BlockId, u64> = BTreeMap::new();
        for undo in self.trail.iter().skip(mark.trail) {
            if let Undo::Pool { block, amount, .. } | Undo::Lot { block, tokens: amount, .. } = undo {
                let sum = sums.entry(*block).or_default();
                *sum = sum.saturating_add(*amount);
            }
        }
        sums.into_iter().collect()
    }

    /// Returns the blocks above their SOFTLIMIT, without duplicates, in file order.
    pub(super) fn take_warnings(&mut self) -> Vec<BlockId> {
        let mut warned = std::mem::take(&mut self.warned);
        warned.sort_unstable();
        warned.dedup();
        warned
    }

    pub(super) fn clear(&mut self) {
        self.trail.clear();
        self.draws.clear();
        self.warned.clear();
        self.points.clear();
        self.full.clear();
        self.charges.clear();
    }
}

/// A change and the data to undo it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Undo {
    /// Licenses were taken.
    Pool { block: BlockId, amount: u64, open: bool },
    /// A draw joined a group or created it.
    Joined { group: GroupId, size: Size },
    /// A part of the usage no longer counts against the unreserved licenses.
    Closed { block: BlockId, before: u64, after: u64 },
    /// The count for which a group consumed tokens changed.
    BurnedFor { group: GroupId, before: u64 },
    /// A name was charged.
    Charged,
    /// The lots of a charge (by its index) were consumed. The consumed tokens follow.
    Burning(usize),
    /// Tokens were consumed.
    Lot {
        block: BlockId,
        tokens: u64,
        /// Money spent before, if the block has prepaid money.
        spent: Option<Decimal>,
        /// First day of the billing period.
        period: Date,
    },
}
