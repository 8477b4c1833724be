//! The smallest changes that would grant a request that was denied for want of licenses: more of a pool, or something
//! that is out and would have to come back. Each is proven by the same walk before it is said.

use super::explain::Asked;
use super::model::Model;
use super::outcome::{Attempt, Reason, Verdict};
use super::state::State;
use super::table::{BlockId, NameId};
use super::trace::Trace;
use super::walk::Walk;
use super::who::Who;

/// Work that looking for changes may take, in steps of the resolver.
const BUDGET: u64 = 200_000;

/// Pools that are looked at.
const MAX_POOLS: usize = 8;

/// Changes that are named.
const MAX_REMEDIES: usize = 3;

/// Checkouts that are supposed to be returned, one after the other.
const MAX_TRIES: usize = 24;

/// Above so many live checkouts nobody reads which one to return.
const MAX_LIVE: usize = 5_000;

/// As many licenses as any request can need.
const PLENTY: u64 = 1 << 60;

/// A change that would grant the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// So many more licenses or tokens of each of these blocks.
    More(Vec<(BlockId, u64)>),
    /// A limit on active license tokens that is so much higher.
    HigherLimit(u64),
    /// These checkouts are returned.
    Return(Vec<Returned>),
}

/// A checkout that is still out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// Its feature.
    pub feature: NameId,
    /// Who has it.
    pub who: Who,
}

impl Model {
    /// Changes that would grant a denied request, smallest first. The state is as before.
    pub(super) fn remedies(
        &self,
        state: &mut State,
        asked: &Asked,
        reason: Reason,
        attempts: &[Attempt],
    ) -> Vec<Remedy> {
        let end = state.work().saturating_add(BUDGET);
        let mut search = Search { model: self, state, asked, end };
        match reason {
            Reason::ActiveTokenLimit => {
                let over = search.over_limit();
                let mut found = vec![Remedy::HigherLimit(over)];
                found.extend(search.returns(&[], over));
                found
            }
            Reason::NotEnoughLicenses | Reason::BalanceTooLow => {
                let mut short = Vec::new();
                attempts.iter().for_each(|attempt| collect_short(attempt, &mut short));
                let mut found = search.more(&short);
                let least = found.iter().filter_map(alone).min().unwrap_or(1);
                found.extend(search.returns(&short, least));
                found
            }
            _ => Vec::new(),
        }
    }
}

/// The amount of a change of one pool.
fn alone(remedy: &Remedy) -> Option<u64> {
    match remedy {
        Remedy::More(pools) if pools.len() == 1 => pools.first().map(|(_, amount)| *amount),
        _ => None,
    }
}

/// The blocks that had too little, each once.
fn collect_short(attempt: &Attempt, short: &mut Vec<BlockId>) {
    if let (Verdict::Refused(refusal), Some(block)) = (&attempt.verdict, attempt.block)
        && matches!(refusal.reason, Reason::NotEnoughLicenses | Reason::BalanceTooLow)
        && short.len() < MAX_POOLS
        && !short.contains(&block)
    {
        short.push(block);
    }
    attempt.children.iter().for_each(|child| collect_short(child, short));
}

struct Search<'a> {
    model: &'a Model,
    state: &'a mut State,
    asked: &'a Asked,
    /// The state's work at which the search ends.
    end: u64,
}

impl Search<'_> {
    fn is_spent(&self) -> bool {
        self.state.work() >= self.end
    }

    /// More of one pool where that is enough; else more of several.
    fn more(&mut self, short: &[BlockId]) -> Vec<Remedy> {
        let mut found = Vec::new();
        for block in short {
            if self.grants(&[(*block, PLENTY)]) {
                let pools = self.smallest(vec![(*block, PLENTY)]);
                found.extend((!pools.is_empty()).then_some(pools));
            }
        }
        if found.is_empty() {
            let all = self.until_enough(short);
            if let Some(all) = all {
                found.push(self.smallest(all));
            }
        }
        found.sort_by_key(|pools| pools.iter().fold(0, |sum: u64, (_, amount)| sum.saturating_add(*amount)));
        found.truncate(MAX_REMEDIES);
        found.into_iter().map(Remedy::More).collect()
    }

    /// Plenty of every pool that is short, and of those that are found to be short then.
    fn until_enough(&mut self, short: &[BlockId]) -> Option<Vec<(BlockId, u64)>> {
        let mut gifts: Vec<(BlockId, u64)> = short.iter().map(|block| (*block, PLENTY)).collect();
        for _ in 0..=MAX_POOLS {
            let asked = *self.asked;
            let mut walk = self.walk(&gifts);
            walk.trace = Some(Trace::default());
            let served = asked.served(&mut walk);
            let attempts = walk.trace.take().map(Trace::finish).unwrap_or_default();
            walk.abandon();
            if served {
                return Some(gifts);
            }
            let mut further = Vec::new();
            attempts.iter().for_each(|attempt| collect_short(attempt, &mut further));
            further.retain(|block| !gifts.iter().any(|(known, _)| known == block));
            if further.is_empty() || self.is_spent() {
                return None;
            }
            gifts.extend(further.into_iter().map(|block| (block, PLENTY)));
        }
        None
    }

    /// The smallest amounts that still grant it, one pool after the other.
    fn smallest(&mut self, mut pools: Vec<(BlockId, u64)>) -> Vec<(BlockId, u64)> {
        for index in 0..pools.len() {
            let (mut bad, mut good) = (0, PLENTY);
            let mut with = |search: &mut Self, amount: u64| {
                if let Some(pool) = pools.get_mut(index) {
                    pool.1 = amount;
                }
                search.grants(&pools)
            };
            if with(self, 0) {
                continue;
            }
            while good - bad > 1 {
                let middle = bad + (good - bad) / 2;
                if with(self, middle) {
                    good = middle;
                } else {
                    bad = middle;
                }
                if self.is_spent() {
                    return Vec::new();
                }
            }
            with(self, good);
        }
        pools.retain(|(_, amount)| *amount > 0);
        pools
    }

    fn walk(&mut self, gifts: &[(BlockId, u64)]) -> Walk<'_> {
        let mut walk = Walk::new(self.model, self.state, self.asked.who, self.asked.mode);
        walk.gifts = gifts.to_vec();
        walk
    }

    fn grants(&mut self, gifts: &[(BlockId, u64)]) -> bool {
        if self.is_spent() {
            return false;
        }
        let asked = *self.asked;
        let mut walk = self.walk(gifts);
        let served = asked.served(&mut walk);
        walk.abandon();
        served
    }

    /// By how many license tokens the request passes the limit.
    fn over_limit(&self) -> u64 {
        let wanted = self.state.active.saturating_add(self.asked.active);
        wanted.saturating_sub(self.state.active_limit.unwrap_or(u64::MAX))
    }

    /// The smallest checkout whose return would be enough; else several, largest first.
    fn returns(&mut self, short: &[BlockId], least: u64) -> Option<Remedy> {
        if self.state.slots.len() > MAX_LIVE {
            return None;
        }
        let mut live: Vec<(u64, u32, Returned)> = Vec::new();
        for (index, slot) in self.state.slots.numbered() {
            let mut draws = Vec::new();
            slot.draws.iter().for_each(|draw| self.state.push_draws(*draw, &mut draws));
            let held = draws.iter().filter(|(block, _)| short.contains(block)).map(|(_, amount)| *amount);
            let held = if short.is_empty() { slot.active } else { held.fold(0, u64::saturating_add) };
            if held > 0 {
                live.push((held, index, Returned { feature: slot.name, who: slot.who }));
            }
        }
        live.sort_by_key(|(held, index, _)| (*held, *index));
        let enough = live.iter().filter(|(held, _, _)| *held >= least).take(MAX_TRIES);
        for (_, index, returned) in enough {
            let mut after = self.state.clone();
            self.model.close(&mut after, *index);
            if self.grants_after(&mut after) {
                return Some(Remedy::Return(vec![*returned]));
            }
        }
        let mut after = self.state.clone();
        let mut returned = Vec::new();
        for (_, index, one) in live.iter().rev().take(MAX_TRIES) {
            self.model.close(&mut after, *index);
            returned.push(*one);
            if self.grants_after(&mut after) {
                return Some(Remedy::Return(returned));
            }
        }
        None
    }

    fn grants_after(&mut self, after: &mut State) -> bool {
        if self.is_spent() {
            return false;
        }
        let before = after.work();
        let mut walk = Walk::new(self.model, after, self.asked.who, self.asked.mode);
        let served = self.asked.served(&mut walk) && !walk.passes_active_limit(self.asked.active);
        walk.abandon();
        self.state.spend(after.work() - before + after.slots.len() as u64);
        served
    }
}
