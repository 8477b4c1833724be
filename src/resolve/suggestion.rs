//! The smallest changes that would grant a request denied for lack of licenses: more licenses in a pool, a higher limit
//! on active license tokens, or checkouts and devices to return. Each change is verified by the same walk before it is
//! reported.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::explain::Asked;
use super::held::End;
use super::index_vec::{BlockId, NameId};
use super::minimal_extra::ExtraLicenses;
use super::model::Model;
use super::outcome::{Attempt, Reason, Verdict};
use super::requester::{Requester, Symbol};
use super::state::State;
use super::suppose::{Returnable, Supposed};
use super::walk::Walk;

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
pub enum Suggestion {
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
    pub who: Requester,
    /// The device of an activation.
    pub device: Option<Symbol>,
}

impl Model {
    /// Returns changes that would grant a denied request, smallest first. The state does not change.
    pub(super) fn remedies(
        &self,
        state: &mut State,
        asked: &Asked,
        reason: Reason,
        attempts: &[Attempt],
    ) -> Vec<Suggestion> {
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
        let mut found: Vec<Suggestion> = more.into_iter().map(ExtraLicenses::remedy).collect();
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

    /// What is out of these blocks, or counts against the limit: the smallest and the largest, each in its order.
    fn out(&self, pools: &BTreeSet<BlockId>, limit: bool, end: End) -> Vec<(Returnable, Returned)> {
        let slots = self.state.extremes(pools, limit, MAX_TRIES, end);
        let devices: Vec<(BlockId, Symbol)> = match (limit, end) {
            (false, _) => Vec::new(),
            (true, End::Smallest) => self.state.devices.iter().copied().take(MAX_TRIES).collect(),
            (true, End::Largest) => self.state.devices.iter().rev().copied().take(MAX_TRIES).collect(),
        };
        let slot = |(held, index): (u64, u32)| {
            let slot = self.state.slot(index)?;
            let returned = Returned { feature: slot.name, who: slot.who, device: None };
            Some((held, Returnable::Checkout(index), returned))
        };
        let device = |(block, device): (BlockId, Symbol)| {
            let feature = self.model.name_of(block);
            let returned = Returned { feature, who: Requester::default(), device: Some(device) };
            (1, Returnable::Device(block, device), returned)
        };
        let slots = slots.into_iter().filter_map(slot);
        let devices = devices.into_iter().map(device);
        // Of what is as small as a device, checkouts come first.
        let mut all: Vec<(u64, Returnable, Returned)> = match end {
            End::Smallest => slots.chain(devices).collect(),
            End::Largest => devices.chain(slots).collect(),
        };
        match end {
            End::Smallest => all.sort_by_key(|(held, _, _)| *held),
            End::Largest => all.sort_by_key(|(held, _, _)| Reverse(*held)),
        }
        all.truncate(MAX_TRIES);
        all.into_iter().map(|(_, out, returned)| (out, returned)).collect()
    }

    /// Finds the smallest checkout whose return is sufficient, otherwise a set of checkouts that are all needed.
    fn returns(&mut self, pools: &[BlockId], limit: bool) -> Option<Suggestion> {
        if self.state.slots.len() > MAX_LIVE {
            return None;
        }
        let pools: BTreeSet<BlockId> = pools.iter().copied().collect();
        let smallest = self.out(&pools, limit, End::Smallest);
        let largest = self.out(&pools, limit, End::Largest);
        // The very largest too, where it is none of the smallest.
        let further = largest.first().filter(|_| smallest.len() == MAX_TRIES);
        let further = further.filter(|(out, _)| smallest.iter().all(|(known, _)| known != out));
        for (out, returned) in smallest.iter().chain(further) {
            if self.grants_without(&[*out]) {
                return Some(Suggestion::Return(vec![*returned]));
            }
        }
        let mut gone: Vec<(Returnable, Returned)> = Vec::new();
        for (out, returned) in largest {
            gone.push((out, returned));
            let all: Vec<Returnable> = gone.iter().map(|(out, _)| *out).collect();
            if gone.len() > 1 && self.grants_without(&all) {
                return Some(Suggestion::Return(self.needed(gone)));
            }
        }
        None
    }

    /// Removes everything whose return is not needed.
    fn needed(&mut self, mut gone: Vec<(Returnable, Returned)>) -> Vec<Returned> {
        let mut index = 0;
        while index < gone.len() {
            let others = gone.iter().enumerate().filter(|(at, _)| *at != index);
            let others: Vec<Returnable> = others.map(|(_, (out, _))| *out).collect();
            if self.grants_without(&others) {
                gone.remove(index);
            } else {
                index += 1;
            }
        }
        gone.into_iter().map(|(_, returned)| returned).collect()
    }

    /// Returns true if the request is granted after these are returned.
    fn grants_without(&mut self, gone: &[Returnable]) -> bool {
        if self.is_spent() {
            return false;
        }
        let mut supposed = Supposed::default();
        for out in gone {
            self.model.suppose(self.state, *out, &mut supposed);
        }
        let mut walk = Walk::new(self.model, self.state, self.asked.who, self.asked.mode);
        let served = self.asked.served(&mut walk) && !walk.passes_active_limit(self.asked.active);
        walk.abandon();
        supposed.take_back(self.state);
        self.state.spend(1);
        served
    }
}
