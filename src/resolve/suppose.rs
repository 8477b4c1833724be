//! Hypothetical returns of checkouts and devices. They are made in the state itself and undone afterwards, because a
//! copy of the state for each question would be expensive.

use super::draw::{Draw, Part, Size};
use super::groups::Group;
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
    /// A draw left a share group. If it was the last draw, `row` is the former group.
    Left { group: GroupId, size: Size, row: Option<Box<Group>> },
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
            Draw::Member { group, size } | Draw::Token { group, size } => {
                if self.group_kept_until(state, group, since) <= state.seconds {
                    self.suppose_left(state, group, size, supposed);
                }
            }
            Draw::Burned { .. } => {}
        }
    }

    fn suppose_left(&self, state: &mut State, group: GroupId, size: Size, supposed: &mut Supposed) {
        let row = state.groups.get(group).is_last().then(|| Box::new(state.groups.get(group).clone()));
        let before = state.groups.reach(self, group);
        let fell = state.groups.leave(group, size);
        let after = state.groups.reach(self, group);
        supposed.0.push(Gone::Left { group, size, row });
        for (block, unit) in self.units(state, group) {
            let row = self.blocks.get(block);
            let (before, after) =
                (before.open_part(row).saturating_mul(unit), after.open_part(row).saturating_mul(unit));
            supposed.take(state, block, unit.saturating_mul(fell), false);
            state.shift_open(block, before, after);
            supposed.0.push(Gone::Shifted { block, before, after });
        }
    }

    /// Returns the blocks from which a share group draws, with the number of licenses for each of its count.
    fn units(&self, state: &State, group: GroupId) -> Vec<(BlockId, u64)> {
        let row = state.groups.get(group);
        if self.kind(row.block) != keywright_license::Kind::Token {
            return vec![(row.block, 1)];
        }
        let pools = row.parts.iter().filter_map(|part| match part {
            Part::Pool { block, unit } => Some((*block, *unit)),
            Part::Burned { .. } => None,
        });
        pools.collect()
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
        for gone in self.0.into_iter().rev() {
            match gone {
                Gone::Pool { block, amount, open } => state.add(block, amount, open),
                Gone::Shifted { block, before, after } => state.shift_open(block, after, before),
                Gone::Left { group, size, row } => state.groups.rejoin(group, size, row),
                Gone::Active(active) => state.active = state.active.saturating_add(active),
                Gone::Device(block, device) => _ = state.devices.insert((block, device)),
            }
        }
    }
}
