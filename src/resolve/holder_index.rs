//! Index of the holders of licenses: for each block, the checkouts and persons that use it, and the licenses that HOLD
//! and MIN_CHECKOUT keep. Only explanations read it.
//!
//! The first explanation builds it, and each later event updates it. So the cost of a denial does not depend on the
//! number of checkouts, and a state that never explains anything does not pay for the index.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use keywright_syntax::effort;

use super::fast_hash::IndexMap;
use super::index_vec::BlockId;
use super::requester::Requester;

/// The index.
#[derive(Debug, Clone, Default)]
pub(super) struct HolderIndex {
    /// The draws of each live checkout: block, amount, slot.
    pub(super) slots: BTreeSet<(BlockId, u64, u32)>,
    /// The amount that each person draws from a block.
    amounts: IndexMap<(BlockId, Requester), u128>,
    /// The same, largest first.
    pub(super) people: BTreeSet<(BlockId, Reverse<u64>, Requester)>,
    /// The amount of a block that is still kept, by the second in which it becomes free.
    pub(super) kept: BTreeMap<(BlockId, i64), u128>,
    /// License tokens of each live checkout that has some, with its slot.
    active: BTreeSet<(u64, u32)>,
}

pub(super) fn narrow(amount: u128) -> u64 {
    u64::try_from(amount).unwrap_or(u64::MAX)
}

/// Adds or subtracts an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Add,
    Remove,
}

impl Change {
    fn apply(self, amount: u128, by: u64) -> u128 {
        match self {
            Self::Add => amount.saturating_add(u128::from(by)),
            Self::Remove => amount.saturating_sub(u128::from(by)),
        }
    }
}

impl HolderIndex {
    pub(super) fn checkout(
        &mut self,
        change: Change,
        slot: u32,
        who: Requester,
        active: u64,
        draws: &[(BlockId, u64)],
    ) {
        effort::spend_on(draws.len() + 1);
        if active > 0 {
            put(&mut self.active, change, (active, slot));
        }
        for (block, amount) in draws.iter().copied().filter(|(_, amount)| *amount > 0) {
            put(&mut self.slots, change, (block, amount, slot));
            let before = self.amounts.get(&(block, who)).copied().unwrap_or(0);
            let after = change.apply(before, amount);
            self.people.remove(&(block, Reverse(narrow(before)), who));
            if after == 0 {
                self.amounts.remove(&(block, who));
            } else {
                self.amounts.insert((block, who), after);
                self.people.insert((block, Reverse(narrow(after)), who));
            }
        }
    }

    pub(super) fn keep(&mut self, change: Change, at: i64, draws: &[(BlockId, u64)]) {
        effort::spend_on(draws.len() + 1);
        for (block, amount) in draws.iter().copied().filter(|(_, amount)| *amount > 0) {
            let before = self.kept.get(&(block, at)).copied().unwrap_or(0);
            match change.apply(before, amount) {
                0 => self.kept.remove(&(block, at)),
                after => self.kept.insert((block, at), after),
            };
        }
    }

    /// Returns the live checkout with the fewest active license tokens, but at least one.
    pub(super) fn least_active(&self) -> Option<u32> {
        self.active.first().map(|(_, slot)| *slot)
    }

    /// Returns lists of the licenses that checkouts use: one for each block, and one of license tokens if `active`.
    pub(super) fn lists<'a>(
        &'a self,
        pools: &'a BTreeSet<BlockId>,
        active: bool,
    ) -> Vec<Box<dyn DoubleEndedIterator<Item = (u64, u32)> + 'a>> {
        let mut lists: Vec<Box<dyn DoubleEndedIterator<Item = (u64, u32)> + 'a>> = Vec::new();
        for block in pools {
            let of_block = self.slots.range((*block, 0, 0)..=(*block, u64::MAX, u32::MAX));
            lists.push(Box::new(of_block.map(|(_, amount, slot)| (*amount, *slot))));
        }
        if active {
            lists.push(Box::new(self.active.iter().copied()));
        }
        lists
    }
}

fn put<T: Ord>(set: &mut BTreeSet<T>, change: Change, entry: T) {
    match change {
        Change::Add => set.insert(entry),
        Change::Remove => set.remove(&entry),
    };
}
