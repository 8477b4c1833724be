//! Events and their effect on a state.

use jiff::civil::DateTime;

use keywright_license::Version;

use super::attempt::{Mode, Need};
use super::compile::pack;
use super::draw::{Draw, Due, Size};
use super::groups::{Groups, Reach};
use super::holder_index::Change;
use super::index_vec::{BlockId, GroupId, NameId, TargetId};
use super::model::Model;
use super::outcome::{Failure, Grant, Outcome, Ticket};
use super::reason::Reason;
use super::requester::{Requester, Symbol};
use super::semantics::{active_tokens, kept_until};
use super::state::{State, seconds_of};
use super::walk::Walk;

/// A request for licenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// The feature; `None` for a name that is not in any license.
    pub feature: Option<NameId>,
    /// Number of licenses, at least 1.
    pub count: u64,
    /// The minimum version; `None` for any version.
    pub version: Option<Version>,
    /// The user, host and custom string.
    pub who: Requester,
}

impl Request {
    /// A request for one license of any version, without user or host.
    #[must_use]
    pub fn one(feature: Option<NameId>) -> Self {
        Self { feature, count: 1, version: None, who: Requester::default() }
    }

    pub(super) fn need(&self) -> Need {
        Need { count: self.count, version: self.version.map_or(0, pack) }
    }
}

/// The blocks that serve a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// All blocks of a name.
    AllVendors(NameId),
    /// The blocks of a name by one vendor.
    OneVendor(TargetId),
}

impl Source {
    /// The name of the feature.
    pub(super) fn name(self, model: &Model) -> NameId {
        match self {
            Self::AllVendors(name) => name,
            Self::OneVendor(target) => model.targets.get(target).name,
        }
    }

    /// The blocks in the order they are tried.
    pub(super) fn order(self, model: &Model) -> &[BlockId] {
        match self {
            Self::AllVendors(name) => &model.names.get(name).order,
            Self::OneVendor(target) => &model.targets.get(target).order,
        }
    }

    pub(super) fn serve(self, walk: &mut Walk<'_>, need: Need) -> bool {
        match self {
            Self::AllVendors(name) => walk.request(name, need),
            Self::OneVendor(target) => walk.depend(target, need),
        }
    }
}

/// An event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Takes licenses until they are checked in.
    Checkout(Request),
    /// Takes licenses for a number of hours; they return automatically.
    Borrow(Request, u32),
    /// Returns a complete checkout.
    Return(Ticket),
    /// Returns the oldest checkout of a feature.
    Checkin {
        /// The feature.
        feature: Option<NameId>,
        /// The person; user and host must match. `None` matches every checkout.
        person: Option<Requester>,
        /// The custom string; `None` matches every checkout.
        custom: Option<Symbol>,
    },
    /// Consumes METERED tokens.
    Consume {
        /// The feature.
        feature: Option<NameId>,
        /// Number of tokens.
        units: u64,
    },
    /// Binds a device.
    Activate {
        /// The feature.
        feature: Option<NameId>,
        /// The device.
        device: Symbol,
    },
    /// Releases a device.
    Deactivate {
        /// The feature.
        feature: Option<NameId>,
        /// The device.
        device: Symbol,
    },
    /// Moves the time forward; everything that is due by then is returned.
    Advance(DateTime),
}

impl Model {
    /// Applies an event. The outcome depends only on the licenses, the state and the event. Only a granted event
    /// changes the state.
    pub fn apply(&self, state: &mut State, event: &Event) -> Outcome {
        match event {
            Event::Checkout(request) => self.checkout(state, request, Mode::Checkout),
            Event::Borrow(request, hours) => self.checkout(state, request, Mode::Borrow(*hours)),
            Event::Return(ticket) => self.give_back(state, *ticket),
            Event::Checkin { feature, person, custom } => self.checkin(state, *feature, *person, *custom),
            Event::Consume { feature, units } => self.consume(state, *feature, *units),
            Event::Activate { feature, device } => self.activate(state, *feature, *device),
            Event::Deactivate { feature, device } => self.deactivate(state, *feature, *device),
            Event::Advance(time) => self.advance(state, *time),
        }
    }

    /// Computes what a checkout would use in addition, by block in file order. The state does not change.
    ///
    /// # Errors
    /// Returns the outcome if the checkout would not be granted.
    pub fn cost(&self, state: &mut State, request: &Request) -> Result<Vec<(BlockId, u64)>, Outcome> {
        let Some(name) = request.feature else {
            return Err(Outcome::Denied(Reason::NoSuchFeature));
        };
        self.cost_from(state, Source::AllVendors(name), request)
    }

    /// As [`Self::cost`], of the blocks of a source.
    pub(super) fn cost_from(
        &self,
        state: &mut State,
        source: Source,
        request: &Request,
    ) -> Result<Vec<(BlockId, u64)>, Outcome> {
        let mut walk = Walk::new(self, state, request.who, Mode::Checkout);
        let served = source.serve(&mut walk, request.need()) && walk.burn_charges();
        let cost = walk.scratch.taken();
        if served && !walk.is_exhausted() && !walk.passes_active_limit(request.count) {
            walk.abandon();
            return Ok(cost);
        }
        let settled = walk.settle(served, request.count);
        state.scratch.clear();
        match settled {
            Ok(_) => Ok(cost),
            Err(outcome) => Err(outcome),
        }
    }

    fn checkout(&self, state: &mut State, request: &Request, mode: Mode) -> Outcome {
        match request.feature {
            Some(name) => self.checkout_from(state, Source::AllVendors(name), request, mode),
            None => Outcome::Denied(Reason::NoSuchFeature),
        }
    }

    /// Checks out from the blocks of a source.
    pub(super) fn checkout_from(
        &self,
        state: &mut State,
        source: Source,
        request: &Request,
        mode: Mode,
    ) -> Outcome {
        let name = source.name(self);
        let mut walk = Walk::new(self, state, request.who, mode);
        let served = source.serve(&mut walk, request.need());
        let settled = walk.settle(served, request.count);
        state.note_settled(name, &settled);
        settled.map_or_else(
            |outcome| outcome,
            |grant| {
                let ticket = self.open(state, name, request, mode);
                Outcome::Granted(Grant { ticket: Some(ticket), ..grant })
            },
        )
    }

    /// Creates the checkout from the draws in the scratch lists.
    fn open(&self, state: &mut State, name: NameId, request: &Request, mode: Mode) -> Ticket {
        let active = active_tokens(request.count, state.scratch.holds_something(&state.groups));
        let since = state.seconds;
        let (index, slot) = state.slots.open(name, request.who);
        let generation = slot.generation;
        slot.active = active;
        slot.since = since;
        // Exact room: without it, one draw takes the room of four.
        let drawn = &mut state.scratch.draws;
        drawn.retain(|draw| !matches!(draw, Draw::Burned { .. }));
        slot.draws.reserve_exact(drawn.len());
        slot.draws.append(drawn);
        state.active = state.active.saturating_add(active);
        state.note_checkout(Change::Add, index);
        if let Mode::Borrow(hours) = mode {
            let at = since.saturating_add(i64::from(hours) * 3600);
            let due = state.schedule(at, Due::Checkout { slot: index, generation });
            state.slots.set_due(index, due);
        }
        state.scratch.clear();
        Ticket { slot: index, generation }
    }

    fn checkin(
        &self,
        state: &mut State,
        feature: Option<NameId>,
        person: Option<Requester>,
        custom: Option<Symbol>,
    ) -> Outcome {
        let Some(name) = feature else {
            return Outcome::Failed(Failure::NothingToReturn);
        };
        let oldest = state.slots.oldest(name, person, custom);
        state.spend(1);
        let Some(slot) = oldest else {
            return Outcome::Failed(Failure::NothingToReturn);
        };
        self.close(state, slot);
        Outcome::Granted(Grant::default())
    }

    fn give_back(&self, state: &mut State, ticket: Ticket) -> Outcome {
        if state.slots.live(ticket.slot, ticket.generation).is_none() {
            return Outcome::Failed(Failure::NothingToReturn);
        }
        self.close(state, ticket.slot);
        Outcome::Granted(Grant::default())
    }

    pub(super) fn close(&self, state: &mut State, index: u32) {
        let Some(slot) = state.slot(index) else { return };
        let (since, active, due) = (slot.since, slot.active, slot.due);
        state.note_checkout(Change::Remove, index);
        if let Some(due) = due {
            state.due.remove(&due);
        }
        state.active = state.active.saturating_sub(active);
        let draws = state.slots.close(index);
        for draw in &draws {
            self.return_draw(state, *draw, since);
        }
        state.slots.recycle(index, draws);
    }

    fn return_draw(&self, state: &mut State, draw: Draw, since: i64) {
        match draw {
            Draw::Pool { block, amount, open } => self.release(state, block, amount, open, since),
            Draw::Member { group, size } => {
                let until = kept_until(self.blocks.get(state.groups.get(group).block), since, state.seconds);
                if until > state.seconds {
                    state.schedule(until, Due::Member { group, size });
                } else {
                    self.leave_group(state, group, size, &[]);
                }
            }
            Draw::Token { group, size } => {
                let kept = self.kept_parts(state, group, since);
                for (part, until) in &kept {
                    state.schedule(*until, Due::Part { group, part: *part, size });
                }
                let kept: Vec<u32> = kept.iter().map(|(part, _)| *part).collect();
                self.leave_group(state, group, size, &kept);
            }
            Draw::Burned { .. } => {}
        }
    }

    /// Returns the parts of a token's share group that HOLD or MIN_CHECKOUT keep after a return now, each with the time
    /// until which it is kept.
    pub(super) fn kept_parts(&self, state: &State, group: GroupId, since: i64) -> Vec<(u32, i64)> {
        let pools = state.groups.get(group).pools();
        let until =
            pools.map(|pool| (pool.part, kept_until(self.blocks.get(pool.block), since, state.seconds)));
        until.filter(|(_, until)| *until > state.seconds).collect()
    }

    /// Removes a draw of a checkout from a share group, but keeps it on some parts. Frees the difference.
    fn leave_group(&self, state: &mut State, group: GroupId, size: Size, kept: &[u32]) {
        self.shrink(state, group, |groups| groups.leave(group, size, kept));
    }

    /// Changes a share group, and returns the licenses by which its usage shrank.
    fn shrink(&self, state: &mut State, group: GroupId, change: impl FnOnce(&mut Groups)) {
        let before = state.groups.usage(self, group);
        change(&mut state.groups);
        for (pool, largest, reach) in before {
            let row = self.blocks.get(pool.block);
            let open = |reach: Reach| reach.open_part(row).saturating_mul(pool.unit);
            let (left, now) = state.groups.usage_on(self, group, pool.part);
            let fell = largest.saturating_sub(left);
            state.subtract(pool.block, pool.unit.saturating_mul(fell), false);
            state.shift_open(pool.block, open(reach), open(now));
        }
    }

    fn release(&self, state: &mut State, block: BlockId, amount: u64, open: bool, since: i64) {
        let until = kept_until(self.blocks.get(block), since, state.seconds);
        if until > state.seconds && amount > 0 {
            state.schedule(until, Due::Pool { block, amount, open });
        } else {
            state.subtract(block, amount, open);
        }
    }

    fn consume(&self, state: &mut State, feature: Option<NameId>, units: u64) -> Outcome {
        let Some(name) = feature else {
            return Outcome::Denied(Reason::NoSuchFeature);
        };
        let mut walk = Walk::new(self, state, Requester::default(), Mode::Consume);
        let need = Need { count: units, version: 0 };
        let served = walk.request(name, need);
        let outcome = walk.settle(served, 0);
        state.note_settled(name, &outcome);
        state.scratch.clear();
        outcome.map_or_else(|outcome| outcome, Outcome::Granted)
    }

    fn advance(&self, state: &mut State, time: DateTime) -> Outcome {
        if time < state.now {
            return Outcome::Failed(Failure::TimeGoesBack);
        }
        let until = seconds_of(time);
        while let Some(entry) = state.due.first_entry() {
            let (at, _) = *entry.key();
            if at > until {
                break;
            }
            let due = entry.remove();
            state.seconds = at;
            state.spend(1);
            state.note_kept(Change::Remove, at, due);
            self.fall_due(state, due);
        }
        state.now = time;
        state.seconds = until;
        Outcome::Granted(Grant::default())
    }

    fn fall_due(&self, state: &mut State, due: Due) {
        match due {
            Due::Pool { block, amount, open } => state.subtract(block, amount, open),
            Due::Member { group, size } => self.leave_group(state, group, size, &[]),
            Due::Part { group, part, size } => {
                self.shrink(state, group, |groups| groups.forget(group, part, size));
            }
            Due::Checkout { slot, generation } => {
                if state.slots.live(slot, generation).is_some() {
                    self.close(state, slot);
                }
            }
        }
    }
}

impl Walk<'_> {
    /// Finishes a walk: keeps its draws in the state's lists if it is granted, otherwise rolls everything back.
    pub(super) fn settle(mut self, served: bool, active: u64) -> Result<Grant, Outcome> {
        let exhausted = self.is_exhausted();
        let over = served && self.passes_active_limit(active);
        let served = served && (exhausted || over || self.burn_charges());
        if !served || exhausted || over {
            self.roll_back(super::undo_log::Savepoint::default());
        }
        let nearest = self.nearest;
        let above_softlimit = self.scratch.take_warnings();
        self.state.scratch = std::mem::take(&mut self.scratch);
        if exhausted {
            return Err(Outcome::Failed(Failure::Budget));
        }
        if over {
            return Err(Outcome::Denied(Reason::ActiveTokenLimit));
        }
        if !served {
            return Err(Outcome::Denied(nearest.unwrap_or(Reason::NoSuchFeature)));
        }
        Ok(Grant { ticket: None, above_softlimit })
    }

    pub(super) fn passes_active_limit(&self, count: u64) -> bool {
        let wanted = active_tokens(count, self.scratch.holds_something(&self.state.groups));
        wanted > 0
            && self.state.active_limit.is_some_and(|limit| self.state.active.saturating_add(wanted) > limit)
    }
}
