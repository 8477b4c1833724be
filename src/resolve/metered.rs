//! METERED tokens: balances and billing periods. Consumed tokens are never returned.

use rust_decimal::Decimal;

use super::attempt::{Denial, Served, Tried};
use super::balance::first_day;
use super::block::UNLIMITED;
use super::coverage_point::CoveragePoint;
use super::draw::Draw;
use super::index_vec::{BlockId, TargetId};
use super::lots::Sum;
use super::outcome::Refusal;
use super::reason::Reason;
use super::semantics::OVERFLOW;
use super::undo_log::{Charge, Undo};
use super::walk::Walk;

impl Walk<'_> {
    /// Charges tokens to the lots of a name, all or none. The lots are consumed, earliest END first, when the walk has
    /// succeeded or before the same name is charged again.
    pub(super) fn charge(&mut self, target: TargetId, version: u32, tokens: u64) -> Tried {
        if !self.step(1) || !self.burn_charge(target) {
            return Err(Denial::Nested);
        }
        let row = self.model.targets.get(target);
        let newest = row.lists().newest_lot.map(|lot| self.model.blocks.get(lot).version);
        let serves = newest.is_some_and(|newest| version <= newest);
        let sum = if serves { self.lots_sum(target, version) } else { Sum::default() };
        if self.is_exhausted() {
            return Err(Denial::Nested);
        }
        // A number that exceeds every possible pool is never consumed, even from lots without a limit.
        let enough = tokens != OVERFLOW && u128::from(tokens) <= sum.left;
        if tokens == 0 || enough {
            if tokens > 0 {
                self.scratch.charges.push(Charge { target, version, tokens });
                self.scratch.trail.push(Undo::Charged);
            }
            self.scratch.draws.push(Draw::Burned { target, version, amount: tokens });
            return Ok(Served { extra: tokens, joined: false });
        }
        Err(match newest {
            Some(newest) if newest < version => Denial::Own(Refusal::version(newest, version)),
            _ if sum.usable == 0 => Reason::NotInForce.into(),
            _ => {
                let left = u64::try_from(sum.left).unwrap_or(UNLIMITED);
                let free = if sum.unlimited > 0 { UNLIMITED } else { left };
                Denial::Own(Refusal::numbers(Reason::BalanceTooLow, tokens, free))
            }
        })
    }

    fn lots_sum(&mut self, target: TargetId, version: u32) -> Sum {
        match self.extras.as_slice() {
            [] => self.state.lots_sum(self.model, target, version),
            extras => self.state.lots_sum_with(self.model, target, version, extras),
        }
    }

    /// Consumes the tokens that the walk charged. Returns false if some could not be consumed.
    pub(super) fn burn_charges(&mut self) -> bool {
        let waiting = self.scratch.charges.waiting();
        waiting.into_iter().all(|target| self.burn_charge(target))
    }

    /// Consumes the tokens that the walk charged to a name and has not consumed yet.
    fn burn_charge(&mut self, target: TargetId) -> bool {
        let Some((at, charge)) = self.scratch.charges.close(target) else { return true };
        self.scratch.trail.push(Undo::Burning(at));
        self.lots_sum(target, charge.version);
        self.burn_lots(target, charge.version, charge.tokens) == 0
    }

    /// Consumes tokens lot by lot. Returns how many could not be consumed.
    fn burn_lots(&mut self, target: TargetId, version: u32, tokens: u64) -> u64 {
        let lots = &self.model.targets.get(target).lists().lots;
        let (mut rest, mut from) = (tokens, 0);
        while rest > 0
            && let Some((number, left)) = self.state.next_lot(self.model, target, version, from)
        {
            from = number + 1;
            let Some(lot) = lots.get(number as usize) else { break };
            let take = rest.min(left.min((OVERFLOW - 1).saturating_sub(self.state.used(*lot))));
            if self.burn(*lot, take) {
                rest -= take;
            }
        }
        rest
    }

    /// Consumes tokens of one lot that has enough.
    fn burn(&mut self, lot: BlockId, tokens: u64) -> bool {
        let Some(meter) = &self.model.blocks.get(lot).terms().meter else {
            return false;
        };
        if tokens == 0 {
            return true;
        }
        self.see(CoveragePoint::Block(lot));
        let period = first_day(meter.period(), self.day);
        let billed = self.state.billed.get(&(lot, period)).copied().unwrap_or_default();
        let Some(billed) = billed.checked_add(tokens) else { return false };
        let mut before = None;
        if let (Some(_), Some(price)) = (meter.funds, meter.price) {
            let spent = self.state.spent.get(&lot).copied().unwrap_or_default();
            let Some(after) =
                price.checked_mul(Decimal::from(tokens)).and_then(|cost| cost.checked_add(spent))
            else {
                return false;
            };
            self.state.spent.insert(lot, after);
            before = Some(spent);
        }
        self.state.billed.insert((lot, period), billed);
        self.state.add(lot, tokens, false);
        self.state.touch_lot(self.model, lot);
        self.scratch.trail.push(Undo::Lot { block: lot, tokens, spent: before, period });
        true
    }
}
