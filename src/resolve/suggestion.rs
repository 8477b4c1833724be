//! The smallest changes that would grant a request denied for lack of licenses: more licenses in a pool, a higher limit
//! on active license tokens, or checkouts and devices to return. Each change is verified by the same walk before it is
//! reported.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::holders::End;
use super::hypothetical_returns::{Returnable, Supposed};
use super::index_vec::BlockId;
use super::minimal_extra::ExtraLicenses;
use super::model::Model;
use super::outcome::{Attempt, Returned, Suggestion};
use super::reason::Reason;
use super::requester::{Requester, Symbol};
use super::state::State;
use super::suggestion_search::{BUDGET, Search, short_of};
use super::walk::Walk;
use super::walk_request::WalkRequest;

/// Maximum number of checkouts that are tentatively returned.
const MAX_TRIES: usize = 24;

/// Maximum number of live checkouts. With more, no single checkout is suggested.
const MAX_LIVE: usize = 5_000;

impl Model {
    /// Returns changes that would grant a denied request, smallest first. The state does not change.
    pub(super) fn remedies(
        &self,
        state: &mut State,
        requested: &WalkRequest,
        reason: Reason,
        attempts: &[Attempt],
    ) -> Vec<Suggestion> {
        let capacity =
            matches!(reason, Reason::NotEnoughLicenses | Reason::BalanceTooLow | Reason::ActiveTokenLimit);
        if !capacity {
            return Vec::new();
        }
        let end = state.work().saturating_add(BUDGET);
        let mut search = Search { model: self, state, requested, end };
        let more = search.more();
        let mut pools = short_of(attempts).into_iter().map(|(block, _)| block).collect::<Vec<_>>();
        pools.extend(more.iter().flat_map(|extras| &extras.pools).map(|(block, _)| *block));
        let limit = reason == Reason::ActiveTokenLimit || more.iter().any(|extras| extras.limit > 0);
        let mut found: Vec<Suggestion> = more.into_iter().map(ExtraLicenses::remedy).collect();
        found.extend(search.returns(&pools, limit));
        found
    }
}

impl Search<'_> {
    /// The checkouts of these blocks, or those that count against the limit: the smallest and the largest, each in order.
    fn out(&self, pools: &BTreeSet<BlockId>, limit: bool, end: End) -> Vec<(Returnable, Returned)> {
        let slots = self.state.extremes(pools, limit, MAX_TRIES, end);
        let devices: Vec<(BlockId, Symbol)> = match (limit, end) {
            (false, _) => Vec::new(),
            (true, End::Smallest) => self.state.devices.iter().copied().take(MAX_TRIES).collect(),
            (true, End::Largest) => self.state.devices.iter().rev().copied().take(MAX_TRIES).collect(),
        };
        let slot = |(amount, index): (u64, u32)| {
            let slot = self.state.slot(index)?;
            let returned = Returned { feature: slot.name, who: slot.who, device: None };
            Some((amount, Returnable::Checkout(index), returned))
        };
        let device = |(block, device): (BlockId, Symbol)| {
            let feature = self.model.name_of(block);
            let returned = Returned { feature, who: Requester::default(), device: Some(device) };
            (1, Returnable::Device(block, device), returned)
        };
        let slots = slots.into_iter().filter_map(slot);
        let devices = devices.into_iter().map(device);
        // Among those of equal size, checkouts come before devices.
        let mut all: Vec<(u64, Returnable, Returned)> = match end {
            End::Smallest => slots.chain(devices).collect(),
            End::Largest => devices.chain(slots).collect(),
        };
        match end {
            End::Smallest => all.sort_by_key(|(amount, _, _)| *amount),
            End::Largest => all.sort_by_key(|(amount, _, _)| Reverse(*amount)),
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
        // Also the largest one, unless it is among the smallest.
        let further = largest.first().filter(|_| smallest.len() == MAX_TRIES);
        let further = further.filter(|(out, _)| smallest.iter().all(|(known, _)| known != out));
        for (out, returned) in smallest.iter().chain(further) {
            if self.grants_without(&[*out]) {
                return Some(Suggestion::Return(vec![*returned]));
            }
        }
        let mut removed: Vec<(Returnable, Returned)> = Vec::new();
        for (out, returned) in largest {
            removed.push((out, returned));
            let all: Vec<Returnable> = removed.iter().map(|(out, _)| *out).collect();
            if removed.len() > 1 && self.grants_without(&all) {
                return Some(Suggestion::Return(self.needed(removed)));
            }
        }
        None
    }

    /// Removes all checkouts and devices whose return is not needed.
    fn needed(&mut self, mut removed: Vec<(Returnable, Returned)>) -> Vec<Returned> {
        let mut index = 0;
        while index < removed.len() {
            let others = removed.iter().enumerate().filter(|(at, _)| *at != index);
            let others: Vec<Returnable> = others.map(|(_, (out, _))| *out).collect();
            if self.grants_without(&others) {
                removed.remove(index);
            } else {
                index += 1;
            }
        }
        removed.into_iter().map(|(_, returned)| returned).collect()
    }

    /// Returns true if the request is granted after these are returned.
    fn grants_without(&mut self, removed: &[Returnable]) -> bool {
        if self.is_spent() {
            return false;
        }
        let mut supposed = Supposed::default();
        for out in removed {
            self.model.suppose(self.state, *out, &mut supposed);
        }
        let mut walk = Walk::new(self.model, self.state, self.requested.who, self.requested.mode);
        let served = self.requested.served(&mut walk) && !walk.passes_active_limit(self.requested.active);
        walk.abandon();
        supposed.take_back(self.state);
        self.state.spend(1);
        served
    }
}
