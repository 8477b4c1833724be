//! The holders of licenses of each block, and the licenses that HOLD and MIN_CHECKOUT keep of it: changes of a state and
//! questions about it that use its index.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use keywright_syntax::effort;

use super::draw::{Draw, Due};
use super::holder_index::{Change, narrow};
use super::index_vec::BlockId;
use super::outcome::{Holder, Kept};
use super::requester::Requester;
use super::state::{State, time_of};

impl State {
    pub(super) fn schedule(&mut self, at: i64, due: Due) -> (i64, u64) {
        let key = (at, self.next_due);
        self.next_due += 1;
        self.due.insert(key, due);
        self.note_kept(Change::Add, at, due);
        key
    }

    /// Builds the index if there is none yet.
    pub(super) fn index_held(&mut self) {
        if self.holder_index.is_some() {
            return;
        }
        self.spend((self.slots.len() + self.due.len()) as u64);
        self.holder_index = Some(Box::default());
        let slots: Vec<u32> = self.slots.numbered().map(|(slot, _)| slot).collect();
        for slot in slots {
            self.note_checkout(Change::Add, slot);
        }
        let due: Vec<(i64, Due)> = self.due.iter().map(|((at, _), due)| (*at, *due)).collect();
        for (at, due) in due {
            self.note_kept(Change::Add, at, due);
        }
    }

    /// Updates the index for a new checkout, or for one that is about to be returned.
    pub(super) fn note_checkout(&mut self, change: Change, index: u32) {
        let Some(mut holder_index) = self.holder_index.take() else { return };
        if let Some(slot) = self.slots.get(index) {
            holder_index.checkout(change, index, slot.who, slot.active, &self.sums(&slot.draws));
        }
        self.holder_index = Some(holder_index);
    }

    /// Updates the index for an amount that is kept until a second, or no longer kept.
    pub(super) fn note_kept(&mut self, change: Change, at: i64, due: Due) {
        let Some(mut holder_index) = self.holder_index.take() else { return };
        let draw = match due {
            Due::Pool { block, amount, open } => Some(Draw::Pool { block, amount, open }),
            Due::Member { group, size } => Some(Draw::Member { group, size }),
            Due::Part { group, part, size } => {
                let pool = self.groups.get(group).pools().find(|pool| pool.part == part);
                pool.map(|pool| Draw::Pool {
                    block: pool.block,
                    amount: pool.unit.saturating_mul(size.count),
                    open: false,
                })
            }
            Due::Checkout { .. } => None,
        };
        if let Some(draw) = draw {
            holder_index.keep(change, at, &self.sums(&[draw]));
        }
        self.holder_index = Some(holder_index);
    }

    /// Returns the amount that some draws take from each block.
    fn sums(&self, draws: &[Draw]) -> Vec<(BlockId, u64)> {
        let mut all = Vec::new();
        draws.iter().for_each(|draw| self.push_draws(*draw, &mut all));
        if all.len() > 1 {
            all.sort_unstable();
            all.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                kept.1 = if same { kept.1.saturating_add(next.1) } else { kept.1 };
                same
            });
        }
        all
    }

    /// Returns the first `most` users of a block's licenses, largest first.
    pub(super) fn holders(&self, block: BlockId, most: usize) -> Vec<Holder> {
        let Some(holder_index) = &self.holder_index else { return Vec::new() };
        let from = (block, Reverse(u64::MAX), Requester::default());
        let of_block = holder_index.people.range(from..).take_while(|(of, _, _)| *of == block).take(most);
        of_block.map(|(_, amount, who)| Holder { who: *who, device: None, amount: amount.0 }).collect()
    }

    /// Returns the users and devices with licenses of a block, largest first; devices last.
    pub fn users(&mut self, block: BlockId) -> Vec<Holder> {
        self.index_held();
        let mut users = self.holders(block, usize::MAX);
        let of_block = self.devices.iter().filter(|(of, _)| *of == block);
        users.extend(of_block.map(|(_, device)| Holder {
            who: Requester::default(),
            device: Some(*device),
            amount: 1,
        }));
        users
    }

    /// Returns the amounts of a block that HOLD and MIN_CHECKOUT keep, earliest first.
    pub fn kept_amounts(&mut self, block: BlockId) -> Vec<Kept> {
        self.index_held();
        self.kept(block, usize::MAX)
    }

    /// Returns the first `most` amounts of a block that HOLD and MIN_CHECKOUT keep, earliest first.
    pub(super) fn kept(&self, block: BlockId, most: usize) -> Vec<Kept> {
        let Some(holder_index) = &self.holder_index else { return Vec::new() };
        let of_block = holder_index.kept.range((block, i64::MIN)..=(block, i64::MAX)).take(most);
        of_block
            .filter_map(|((_, at), amount)| Some(Kept { amount: narrow(*amount), until: time_of(*at)? }))
            .collect()
    }

    /// Returns the checkouts that use the fewest licenses of some blocks together (and of license tokens, if `active`),
    /// smallest first, or those that use the most, largest first; at most `most` of them.
    pub(super) fn extremes(
        &self,
        pools: &BTreeSet<BlockId>,
        active: bool,
        most: usize,
        end: End,
    ) -> Vec<(u64, u32)> {
        let Some(holder_index) = &self.holder_index else { return Vec::new() };
        let mut lists = holder_index.lists(pools, active);
        let mut seen = BTreeSet::new();
        let mut found: BTreeSet<(u64, u32)> = BTreeSet::new();
        // Each list is read from its end, one entry per round. Entries that no list has shown yet come after the last ones.
        loop {
            let round: Vec<(u64, u32)> = lists
                .iter_mut()
                .filter_map(|list| if end == End::Smallest { list.next() } else { list.next_back() })
                .collect();
            effort::spend_on(round.len());
            for (_, slot) in round.iter().filter(|(_, slot)| seen.insert(*slot)) {
                found.insert((self.held_by(*slot, pools, active), *slot));
                if found.len() > most {
                    _ = if end == End::Smallest { found.pop_last() } else { found.pop_first() };
                }
            }
            if round.is_empty() || found.len() == most && end.is_settled(&found, &round) {
                break;
            }
        }
        if end == End::Smallest { found.into_iter().collect() } else { found.into_iter().rev().collect() }
    }

    /// Returns the licenses of some blocks that a checkout uses, plus its license tokens if `active`.
    fn held_by(&self, slot: u32, pools: &BTreeSet<BlockId>, active: bool) -> u64 {
        let Some(slot) = self.slots.get(slot) else { return 0 };
        let draws = self.sums(&slot.draws);
        let amounts = draws.iter().filter(|(block, _)| pools.contains(block)).map(|(_, amount)| *amount);
        amounts.fold(if active { slot.active } else { 0 }, u64::saturating_add)
    }
}

/// An end of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Smallest,
    Largest,
}

impl End {
    /// Returns true if no entry that the lists have not shown yet can come before the found ones. `round` has the last entry of
    /// each list.
    fn is_settled(self, found: &BTreeSet<(u64, u32)>, round: &[(u64, u32)]) -> bool {
        match self {
            // Later entries of a list are at least as large.
            Self::Smallest => found.last() <= round.iter().min(),
            // Later entries are not larger in any list, and equal in all lists only with a lower slot.
            Self::Largest => {
                let sum = round.iter().fold(0, |sum: u64, (amount, _)| sum.saturating_add(*amount));
                let bound = round.iter().map(|(_, slot)| *slot).min().map(|slot| (sum, slot));
                found.first().copied() >= bound
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, Interner, Model, Outcome, Request};
    use keywright_license::License;

    const TEXT: &str = "FEATURE P { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=900 }\n\
        FEATURE Q { VENDOR=v KEYTYPE=EXCLUSIVE COUNT=900 SHARE=HOST HOLD=60 }\n\
        FEATURE T { VENDOR=v KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=P VERSION=1.0 COUNT=2\"\n\
          TOKEN_DEPENDENCY=\"FEATURE=Q VERSION=1.0 COUNT=1\" }\n";

    /// A state with some checkouts and returns, with the index built before or after them.
    fn state(model: &Model, indexed_first: bool) -> State {
        let mut state = State::new(model, jiff::civil::date(2026, 1, 15).at(0, 0, 0, 0));
        let mut symbols = Interner::default();
        if indexed_first {
            state.index_held();
        }
        let mut random: u64 = 7;
        let mut next = |bound: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % bound
        };
        for _ in 0..300 {
            let names = ["P", "Q", "T"];
            let feature = names.get(usize::try_from(next(3)).unwrap()).and_then(|name| model.name(name));
            let one = Some(symbols.symbol(&format!("p{}", next(20))));
            let who = Requester { user: one, host: one, custom: None };
            let event = match next(4) {
                0 => Event::Checkin { feature, person: None, custom: None },
                _ => Event::Checkout(Request { count: 1 + next(3), who, ..Request::one(feature) }),
            };
            assert!(!matches!(model.apply(&mut state, &event), Outcome::Denied(_)));
        }
        state.index_held();
        state
    }

    #[test]
    fn extremes_match_sorted_checkouts() {
        let model = Model::compile([&License::from_text("a.lic", TEXT)]).unwrap();
        let pool = |name: &str| model.blocks_of(model.name(name).unwrap()).first().copied().unwrap();
        let sets: [Vec<BlockId>; 4] = [vec![pool("P")], vec![pool("Q")], vec![pool("P"), pool("Q")], vec![]];
        for indexed_first in [true, false] {
            let state = state(&model, indexed_first);
            for (pools, active) in sets.iter().flat_map(|pools| [(pools, true), (pools, false)]) {
                let pools: BTreeSet<BlockId> = pools.iter().copied().collect();
                let slots =
                    state.slots.numbered().map(|(slot, _)| (state.held_by(slot, &pools, active), slot));
                let mut all: Vec<(u64, u32)> = slots.filter(|(holder_index, _)| *holder_index > 0).collect();
                all.sort_unstable();
                for most in [1, 5, 24, 1000] {
                    let smallest: Vec<_> = all.iter().copied().take(most).collect();
                    let largest: Vec<_> = all.iter().rev().copied().take(most).collect();
                    assert_eq!(state.extremes(&pools, active, most, End::Smallest), smallest);
                    assert_eq!(state.extremes(&pools, active, most, End::Largest), largest);
                }
            }
        }
    }

    #[test]
    fn late_index_equals_early_index() {
        let model = Model::compile([&License::from_text("a.lic", TEXT)]).unwrap();
        let (early, late) = (state(&model, true), state(&model, false));
        for block in ["P", "Q"].map(|name| model.blocks_of(model.name(name).unwrap()).to_vec()).concat() {
            assert_eq!(early.holders(block, 100), late.holders(block, 100));
            assert_eq!(early.kept(block, 100), late.kept(block, 100));
            assert!(!late.holders(block, 100).is_empty());
        }
    }
}
