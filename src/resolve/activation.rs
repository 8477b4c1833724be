//! Activation: a device keeps its license until it is deactivated.

use std::ops::Bound;

use keywright_license::Kind;
use keywright_syntax::effort;

use super::coverage_point::CoveragePoint;
use super::fact::Fact;
use super::hypothetical_returns::{Returnable, Supposed};
use super::index_vec::{BlockId, NameId};
use super::model::Model;
use super::outcome::{
    Attempt, Explanation, Failure, Grant, Holder, Outcome, Refusal, Returned, Suggestion, Verdict,
};
use super::reason::Reason;
use super::requester::{Requester, Symbol};
use super::state::State;
use super::trace::MAX_HOLDERS;

impl Model {
    pub(super) fn activate(&self, state: &mut State, feature: Option<NameId>, device: Symbol) -> Outcome {
        let Some(name) = feature else {
            return Outcome::Denied(Reason::NoSuchFeature);
        };
        if self.bound(state, name, device).is_some() {
            return Outcome::Granted(Grant::default());
        }
        match self.choose_activation(state, name) {
            Err(reason) => {
                state.note_denied_activation(self, name, reason);
                Outcome::Denied(reason)
            }
            Ok(_) if is_at_limit(state) => Outcome::Denied(Reason::ActiveTokenLimit),
            Ok(block) => {
                state.note(CoveragePoint::Block(block));
                state.devices.insert((block, device));
                state.add(block, 1, false);
                state.active = state.active.saturating_add(1);
                Outcome::Granted(Grant::default())
            }
        }
    }

    /// Returns the first ACTIVATION block of a name that has a free license for a device.
    pub(super) fn choose_activation(&self, state: &State, name: NameId) -> Result<BlockId, Reason> {
        let mut nearest = None;
        for block in &self.names.get(name).order {
            let reason = self.activation_miss(state, *block);
            let Some(reason) = reason else {
                return Ok(*block);
            };
            let rank = super::semantics::nearness;
            if nearest.is_none_or(|nearest| rank(reason) < rank(nearest)) {
                nearest = Some(reason);
            }
        }
        Err(nearest.unwrap_or(Reason::NoSuchFeature))
    }

    /// Returns why a block cannot be activated for another device, or `None` if it can.
    pub(super) fn activation_miss(&self, state: &State, block: BlockId) -> Option<Reason> {
        let row = self.blocks.get(block);
        if !row.supported {
            Some(Reason::NotModelled)
        } else if row.kind != Kind::Activation {
            Some(Reason::NotDrawable)
        } else if !self.in_force(block, state.now.date()) {
            Some(Reason::NotInForce)
        } else if state.free(self, block) == 0 {
            Some(Reason::NotEnoughLicenses)
        } else {
            None
        }
    }

    fn bound(&self, state: &State, name: NameId, device: Symbol) -> Option<BlockId> {
        let blocks = &self.names.get(name).blocks;
        blocks.iter().copied().find(|block| state.devices.contains(&(*block, device)))
    }

    pub(super) fn deactivate(&self, state: &mut State, feature: Option<NameId>, device: Symbol) -> Outcome {
        let bound = feature.and_then(|name| self.bound(state, name, device));
        let Some(block) = bound else {
            return Outcome::Failed(Failure::NothingToReturn);
        };
        self.release_device(state, block, device);
        Outcome::Granted(Grant::default())
    }

    pub(super) fn release_device(&self, state: &mut State, block: BlockId, device: Symbol) {
        if state.devices.remove(&(block, device)) {
            state.subtract(block, 1, false);
            state.active = state.active.saturating_sub(1);
        }
    }

    /// Explains an activation block by block.
    pub(super) fn explain_activation(&self, state: &mut State, name: NameId, device: Symbol) -> Explanation {
        let order = &self.names.get(name).order;
        let mut attempts: Vec<Attempt> =
            order.iter().map(|block| self.attempt(state, name, *block)).collect();
        let outcome = if let Some(bound) = self.bound(state, name, device) {
            attempts.retain(|attempt| attempt.block == Some(bound));
            attempts.iter_mut().for_each(|it| it.verdict = Verdict::Served { extra: 0, joined: true });
            Ok(())
        } else {
            let free = self.choose_activation(state, name).map(|_| ());
            free.and_then(|()| if is_at_limit(state) { Err(Reason::ActiveTokenLimit) } else { Ok(()) })
        };
        let remedies = match outcome {
            Err(Reason::NotEnoughLicenses | Reason::ActiveTokenLimit) => {
                self.activation_remedies(state, name, &attempts)
            }
            _ => Vec::new(),
        };
        Explanation { outcome, attempts, other_choice: None, remedies }
    }

    fn attempt(&self, state: &State, name: NameId, block: BlockId) -> Attempt {
        let served = Verdict::Served { extra: 1, joined: false };
        let verdict = self.activation_miss(state, block).map_or(served, |reason| {
            let role = self.out_of_force(block, state.now.date());
            let fact = role.filter(|_| reason == Reason::NotInForce).map(Fact::Role);
            let full = reason == Reason::NotEnoughLicenses;
            let holders = if full { holders(state, block) } else { Vec::new() };
            let needed = u64::from(full);
            Verdict::Refused(Refusal { fact, holders, ..Refusal::numbers(reason, needed, 0) })
        });
        Attempt { name: Some(name), block: Some(block), count: 1, verdict, children: Vec::new() }
    }

    /// Suggests one more device, a higher limit, or a device to deactivate. Each suggestion is tried before it is reported.
    fn activation_remedies(&self, state: &mut State, name: NameId, attempts: &[Attempt]) -> Vec<Suggestion> {
        let is_full = |attempt: &&Attempt| matches!(&attempt.verdict, Verdict::Refused(it) if it.reason == Reason::NotEnoughLicenses);
        let limit = u64::from(is_at_limit(state));
        let has_room = attempts.iter().any(|attempt| matches!(attempt.verdict, Verdict::Served { .. }));
        let full = attempts.iter().find(is_full).and_then(|attempt| attempt.block);
        let pools: Vec<(BlockId, u64)> =
            full.filter(|_| !has_room).map(|block| (block, 1)).into_iter().collect();
        let mut found = vec![Suggestion::More { pools, limit }];
        state.index_held();
        let bound = self.bound_devices(state, name);
        let least = state.holder_index.as_ref().and_then(|holder_index| holder_index.least_active());
        let least = least.and_then(|index| {
            let slot = state.slot(index)?;
            Some((index, Returned { feature: slot.name, who: slot.who, device: None }))
        });
        let mut would_grant = |out: Returnable| {
            let mut supposed = Supposed::default();
            self.suppose(state, out, &mut supposed);
            let granted = self.choose_activation(state, name).is_ok() && !is_at_limit(state);
            supposed.take_back(state);
            granted
        };
        for (block, other) in bound {
            if would_grant(Returnable::Device(block, other)) {
                let feature = self.name_of(block);
                let removed = Returned { feature, who: Requester::default(), device: Some(other) };
                found.push(Suggestion::Return(vec![removed]));
                return found;
            }
        }
        if let Some((index, removed)) = least
            && would_grant(Returnable::Checkout(index))
        {
            found.push(Suggestion::Return(vec![removed]));
        }
        found
    }

    /// Returns a few bound devices, those of a feature first.
    fn bound_devices(&self, state: &State, name: NameId) -> Vec<(BlockId, Symbol)> {
        let own = self.names.get(name).blocks.iter().flat_map(|block| devices_of(state, *block));
        let mut bound: Vec<(BlockId, Symbol)> = own.take(MAX_HOLDERS).collect();
        let mut next = state.devices.first();
        while let Some((block, device)) = next.copied().filter(|_| bound.len() < MAX_HOLDERS) {
            // The devices of the feature itself are skipped block by block.
            let is_own = self.name_of(block) == name;
            if !is_own {
                bound.push((block, device));
            }
            let after = if is_own { (block, Symbol::LAST) } else { (block, device) };
            next = state.devices.range((Bound::Excluded(after), Bound::Unbounded)).next();
        }
        bound
    }
}

fn is_at_limit(state: &State) -> bool {
    state.active_limit.is_some_and(|limit| state.active >= limit)
}

/// Returns the first [`MAX_HOLDERS`] devices bound to a block, oldest first.
fn holders(state: &State, block: BlockId) -> Vec<Holder> {
    let holder = |(_, device)| Holder { who: Requester::default(), device: Some(device), amount: 1 };
    devices_of(state, block).take(MAX_HOLDERS).map(holder).collect()
}

/// Returns the devices that a block is bound to, oldest first.
fn devices_of(state: &State, block: BlockId) -> impl Iterator<Item = (BlockId, Symbol)> + '_ {
    let all = state.devices.range((block, Symbol::FIRST)..=(block, Symbol::LAST));
    all.copied().inspect(|_| effort::spend(1))
}
