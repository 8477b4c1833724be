//! The smallest changes that would grant a request denied for lack of licenses: more licenses in a pool, a higher limit
//! on active license tokens, or checkouts and devices to return. Each change is verified by the same walk before it is
//! reported.

use super::explain::Asked;
use super::model::Model;
use super::outcome::{Attempt, Reason, Verdict};
use super::smallest::Gifts;
use super::state::State;
use super::table::{BlockId, NameId};
use super::walk::Walk;
use super::who::{Symbol, Who};

/// Maximum work of the search, in resolver steps.
pub(super) const BUDGET: u64 = 200_000;

/// Maximum number of reported changes.
pub(super) const MAX_REMEDIES: usize = 3;

/// Maximum number of checkouts that are tentatively returned.
const MAX_TRIES: usize = 24;

/// Maximum number of live checkouts. With more, no single checkout is suggested.
const MAX_LIVE: usize = 5_000;

/// A change that would grant the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// More capacity.
    More {
        /// Additional licenses, devices or tokens by block.
        pools: Vec<(BlockId, u64)>,
        /// Amount by which to raise the limit on active license tokens; 0 for no change.
        limit: u64,
    },
    /// Checkouts to check in, or devices to deactivate.
    Return(Vec<Returned>),
}

/// A live checkout or a bound device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returned {
    /// Its feature.
    pub feature: NameId,
    /// The user, host and custom string.
    pub who: Who,
    /// The device of an activation.
    pub device: Option<Symbol>,
}

/// A checkout or device that could be returned.
#[derive(Debug, Clone, Copy)]
enum Out {
    Slot(u32),
    Device(BlockId, Symbol),
}

impl Model {
    /// Returns changes that would grant a denied request, smallest first. The state does not change.
    pub(super) fn remedies(
        &self,
        state: &mut State,
        asked: &Asked,
        reason: Reason,
        attempts: &[Attempt],
    ) -> Vec<Remedy> {
        let capacity =
            matches!(reason, Reason::NotEnoughLicenses | Reason::BalanceTooLow | Reason::ActiveTokenLimit);
        if !capacity {
            return Vec::new();
        }
        let end = state.work().saturating_add(BUDGET);
        let mut search = Search { model: self, state, asked, end };
        let more = search.more();
        let mut pools = short_of(attempts).into_iter().map(|(block, _)| block).collect::<Vec<_>>();
        pools.extend(more.iter().flat_map(|gifts| &gifts.pools).map(|(block, _)| *block));
        let limit = reason == Reason::ActiveTokenLimit || more.iter().any(|gifts| gifts.limit > 0);
        let mut found: Vec<Remedy> = more.into_iter().map(Gifts::remedy).collect();
        found.extend(search.returns(&pools, limit));
        found
    }
}

/// Returns the blocks with too few licenses, each once, with the smallest missing amount.
pub(super) fn short_of(attempts: &[Attempt]) -> Vec<(BlockId, u64)> {
    let mut short = Vec::new();
    attempts.iter().for_each(|attempt| collect_short(attempt, &mut short));
    short
}

fn collect_short(attempt: &Attempt, short: &mut Vec<(BlockId, u64)>) {
    if let (Verdict::Refused(refusal), Some(block)) = (&attempt.verdict, attempt.block)
        && matches!(refusal.reason, Reason::NotEnoughLicenses | Reason::BalanceTooLow)
    {
        let missing = refusal.needed.saturating_sub(refusal.free);
        match short.iter_mut().find(|(known, _)| *known == block) {
            Some((_, least)) => *least = missing.min(*least),
            None => short.push((block, missing)),
        }
    }
    attempt.children.iter().for_each(|child| collect_short(child, short));
}

pub(super) struct Search<'a> {
    pub(super) model: &'a Model,
    pub(super) state: &'a mut State,
    pub(super) asked: &'a Asked,
    /// The value of the state's work counter at which the search ends.
    pub(super) end: u64,
}

impl Search<'_> {
    pub(super) fn is_spent(&self) -> bool {
        self.state.work() >= self.end
    }

    /// Returns the checkouts and devices that use these blocks or count against the limit, smallest first.
    fn out(&self, pools: &[BlockId], limit: bool) -> Vec<(u64, Out, Returned)> {
        let mut live = Vec::new();
        for (index, slot) in self.state.slots.numbered() {
            let mut draws = Vec::new();
            slot.draws.iter().for_each(|draw| self.state.push_draws(*draw, &mut draws));
            let held = draws.iter().filter(|(block, _)| pools.contains(block)).map(|(_, amount)| *amount);
            let held = held.fold(if limit { slot.active } else { 0 }, u64::saturating_add);
            if held > 0 {
                let returned = Returned { feature: slot.name, who: slot.who, device: None };
                live.push((held, Out::Slot(index), returned));
            }
        }
        // Members of one share group free their common licenses only when the last of them is returned.
        live.sort_by_key(|(held, out, _)| (*held, out.order()));
        if limit {
            let mut bound: Vec<(BlockId, Symbol)> = self.state.devices.iter().copied().collect();
            bound.sort_unstable();
            live.extend(bound.into_iter().map(|(block, device)| {
                let feature = self.model.name_of(block);
                (
                    1,
                    Out::Device(block, device),
                    Returned { feature, who: Who::default(), device: Some(device) },
                )
            }));
            live.sort_by_key(|(held, _, _)| *held);
        }
        live
    }

    /// Finds the smallest checkout whose return is sufficient, otherwise a set of checkouts that are all needed.
    fn returns(&mut self, pools: &[BlockId], limit: bool) -> Option<Remedy> {
        if self.state.slots.len() > MAX_LIVE {
            return None;
        }
        let live = self.out(pools, limit);
        for (_, out, returned) in live.iter().take(MAX_TRIES).chain(live.iter().skip(MAX_TRIES).next_back()) {
            if self.grants_without(&[*out]) {
                return Some(Remedy::Return(vec![*returned]));
            }
        }
        let mut gone: Vec<(Out, Returned)> = Vec::new();
        for (_, out, returned) in live.iter().rev().take(MAX_TRIES) {
            gone.push((*out, *returned));
            let all: Vec<Out> = gone.iter().map(|(out, _)| *out).collect();
            if gone.len() > 1 && self.grants_without(&all) {
                return Some(Remedy::Return(self.needed(gone)));
            }
        }
        None
    }

    /// Removes everything whose return is not needed.
    fn needed(&mut self, mut gone: Vec<(Out, Returned)>) -> Vec<Returned> {
        let mut index = 0;
        while index < gone.len() {
            let others = gone.iter().enumerate().filter(|(at, _)| *at != index);
            let others: Vec<Out> = others.map(|(_, (out, _))| *out).collect();
            if self.grants_without(&others) {
                gone.remove(index);
            } else {
                index += 1;
            }
        }
        gone.into_iter().map(|(_, returned)| returned).collect()
    }

    /// Returns true if the request is granted after these are returned.
    fn grants_without(&mut self, gone: &[Out]) -> bool {
        if self.is_spent() {
            return false;
        }
        let mut after = self.state.clone();
        let before = after.work();
        for out in gone {
            match *out {
                Out::Slot(index) => self.model.close(&mut after, index),
                Out::Device(block, device) => self.model.release_device(&mut after, block, device),
            }
        }
        let mut walk = Walk::new(self.model, &mut after, self.asked.who, self.asked.mode);
        let served = self.asked.served(&mut walk) && !walk.passes_active_limit(self.asked.active);
        walk.abandon();
        self.state.spend(after.work() - before + after.slots.len() as u64);
        served
    }
}

impl Out {
    fn order(self) -> u32 {
        match self {
            Self::Slot(index) => index,
            Self::Device(..) => u32::MAX,
        }
    }
}
