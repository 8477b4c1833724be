//! What a walk changed, in order, so that it can be taken back exactly.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::sights::Sight;
use super::state::{Draw, Size, State};
use super::table::{BlockId, GroupId};

/// Lists of a walk, kept between walks so that they need no memory of their own.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    pub(super) trail: Vec<Undo>,
    /// What the checkout holds if the walk succeeds.
    pub(super) draws: Vec<Draw>,
    /// Blocks that went above their SOFTLIMIT.
    pub(super) warned: Vec<BlockId>,
    /// What the walk came by, where the state observes.
    pub(super) sights: Vec<Sight>,
    /// Blocks that had too little, where the state observes; kept when what led there is given up.
    pub(super) full: Vec<BlockId>,
}

/// A moment of a walk.
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

    /// Whether a checkout with these draws holds anything that it could return.
    pub(super) fn holds_something(&self) -> bool {
        self.draws.iter().any(|draw| !matches!(draw, Draw::Burned { .. }))
    }

    /// What was taken since the walk began, by block in file order.
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

    /// The blocks above their SOFTLIMIT, each once, in file order.
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

/// One change, by what takes it back.
#[derive(Debug, Clone, Copy)]
pub(super) enum Undo {
    /// Licenses were taken.
    Pool { block: BlockId, amount: u64, open: bool },
    /// A draw joined a group, maybe as its first.
    Joined { group: GroupId, size: Size },
    /// Less counts against the licenses that are not reserved.
    Closed { block: BlockId, before: u64, after: u64 },
    /// A group burned for more than before.
    BurnedFor { group: GroupId, before: u64 },
    /// Tokens were burned.
    Lot {
        block: BlockId,
        tokens: u64,
        /// Money spent before, where the lot is bought by money.
        spent: Option<Decimal>,
        /// First day of the period that was billed.
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
