//! Hypothetical returns of checkouts and devices. They are made in the state itself and undone afterwards, because a
//! copy of the state for each question would be expensive.

use super::draw::{Draw, Size};
use super::groups::{Departure, Group, Reach};
use super::index_vec::{BlockId, GroupId};
use super::model::Model;
use super::requester::Symbol;
use super::semantics::kept_until;
use super::state::State;

/// A checkout or a device that can be returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Returnable {
    Checkout(u32),
    Device(BlockId, Symbol),
}

/// The changes of a hypothetical return, undone last first.
#[derive(Debug, Default)]
pub(super) struct Supposed(Vec<Gone>);

#[derive(Debug)]
enum Gone {
    /// Licenses of a pool.
    Pool { block: BlockId, amount: u64, open: bool },
    /// The usage of unreserved licenses of a pool changed.
    Shifted { block: BlockId, before: u64, after: u64 },
    /// A draw left a share group. If that closed the group, `row` is the former group.
    Left { group: GroupId, left: Departure, row: Option<Box<Group>> },
    /// License tokens.
    Active(u64),
    /// A device.
    Device(BlockId, Symbol),
}

impl Model {
    /// Returns the licenses of `out`, as a check-in at this moment would.
    pub(super) fn suppose(&self, state: &mut State, out: Returnable, supposed: &mut Supposed) {
        match out {
            Returnable::Device(block, device) => {
                if state.devices.remove(&(block, device)) {
                    supposed.0.push(Gone::Device(block, device));
                    supposed.take(state, block, 1, false);
                    supposed.deactivate(state, 1);
                }
            }
            Returnable::Checkout(index) => {
                let Some(slot) = state.slot(index) else { return };
                let (since, active, draws) = (slot.since, slot.active, slot.draws.clone());
                state.spend(1 + draws.len() as u64);
                supposed.deactivate(state, active);
                for draw in draws {
                    self.suppose_draw(state, draw, since, supposed);
                }
            }
        }
    }

    fn suppose_draw(&self, state: &mut State, draw: Draw, since: i64, supposed: &mut Supposed) {
        match draw {
            Draw::Pool { block, amount, open } => {
                if kept_until(self.blocks.get(block), since, state.seconds) <= state.seconds || amount == 0 {
                    supposed.take(state, block, amount, open);
                }
            }
            Draw::Member { group, size } => {
                let block = state.groups.get(group).block;
                if kept_until(self.blocks.get(block), since, state.seconds) <= state.seconds {
                    self.suppose_left(state, group, size, Vec::new(), supposed);
                }
            }
            Draw::Token { group, size } => {
                let kept = self.kept_parts(state, group, since).into_iter();
                let kept: Vec<u32> = kept.map(|(part, _)| part).collect();
                self.suppose_left(state, group, size, kept, supposed);
            }
            Draw::Burned { .. } => {}
        }
    }

    fn suppose_left(
        &self,
        state: &mut State,
        group: GroupId,
        size: Size,
        kept: Vec<u32>,
        supposed: &mut Supposed,
    ) {
        let now = state.groups.get(group);
        let row = (now.is_last() && kept.is_empty()).then(|| Box::new(now.clone()));
        let left = Departure { size, kept, burned_for: now.burned_for };
        let before = state.groups.usage(self, group);
        state.groups.leave(group, size, &left.kept);
        supposed.0.push(Gone::Left { group, left, row });
        for (pool, largest, reach) in before {
            let block = self.blocks.get(pool.block);
            let (left, now) = state.groups.usage_on(self, group, pool.part);
            let open = |reach: Reach| reach.open_part(block).saturating_mul(pool.unit);
            let (before, after) = (open(reach), open(now));
            let fell = largest.saturating_sub(left);
            supposed.take(state, pool.block, pool.unit.saturating_mul(fell), false);
            state.shift_open(pool.block, before, after);
            supposed.0.push(Gone::Shifted { block: pool.block, before, after });
        }
    }
}

impl Supposed {
    fn take(&mut self, state: &mut State, block: BlockId, amount: u64, open: bool) {
        state.subtract(block, amount, open);
        self.0.push(Gone::Pool { block, amount, open });
    }

    fn deactivate(&mut self, state: &mut State, active: u64) {
        let active = active.min(state.active);
        state.active -= active;
        self.0.push(Gone::Active(active));
    }

    /// Undoes the hypothetical returns.
    pub(super) fn take_back(self, state: &mut State) {
        for removed in self.0.into_iter().rev() {
            match removed {
                Gone::Pool { block, amount, open } => state.add(block, amount, open),
                Gone::Shifted { block, before, after } => state.shift_open(block, after, before),
                Gone::Left { group, left, row } => state.groups.rejoin(group, &left, row),
                Gone::Active(active) => state.active = state.active.saturating_add(active),
                Gone::Device(block, device) => _ = state.devices.insert((block, device)),
            }
        }
    }
}
