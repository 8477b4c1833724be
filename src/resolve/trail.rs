//! The undo log of a walk.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::sights::Sight;
use super::state::{Draw, Size, State};
use super::table::{BlockId, GroupId};

/// Lists of a walk, reused to avoid allocations.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    pub(super) trail: Vec<Undo>,
    /// The draws of the checkout if the walk succeeds.
    pub(super) draws: Vec<Draw>,
    /// Blocks whose usage is above their SOFTLIMIT.
    pub(super) warned: Vec<BlockId>,
    /// Coverage points that the walk hit, if observation is enabled.
    pub(super) sights: Vec<Sight>,
    /// Exhausted blocks, if observation is enabled. Not rolled back.
    pub(super) full: Vec<BlockId>,
}

/// A position in the undo log.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Mark {
    pub(super) trail: usize,
    pub(super) draws: usize,
    pub(super) warned: usize,
    pub(super) sights: usize,
}

impl Scratch {
    pub(super) fn mark(&self) -> Mark {
        Mark {
            trail: self.trail.len(),
            draws: self.draws.len(),
            warned: self.warned.len(),
            sights: self.sights.len(),
        }
    }

    /// Returns true if a checkout with these draws has licenses to return.
    pub(super) fn holds_something(&self) -> bool {
        self.draws.iter().any(|draw| !matches!(draw, Draw::Burned { .. }))
    }

    /// Returns the licenses taken since the walk began, by block in file order.
    pub(super) fn taken(&self) -> Vec<(BlockId, u64)> {
        let mut sums: BTreeMap<BlockId, u64> = BTreeMap::new();
        for undo in &self.trail {
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
        self.sights.clear();
        self.full.clear();
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

impl Undo {
    pub(super) fn apply(self, state: &mut State) {
        match self {
            Self::Pool { block, amount, open } => state.subtract(block, amount, open),
            Self::Joined { group, size } => {
                state.groups.leave(group, size);
            }
            Self::Closed { block, before, after } => state.shift_open(block, after, before),
            Self::BurnedFor { group, before } => state.groups.get_mut(group).burned_for = before,
            Self::Lot { block, tokens, spent, period } => {
                state.subtract(block, tokens, false);
                if let Some(spent) = spent {
                    state.spent.insert(block, spent);
                }
                state.unbill(block, period, tokens);
            }
        }
    }
}
