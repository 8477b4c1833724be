//! METERED tokens: balances and billing periods. Consumed tokens are never returned.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use keywright_license::Period;

use super::coverage::CoveragePoint;
use super::index_vec::{BlockId, TargetId};
use super::lots::Sum;
use super::model::{Meter, Model, UNLIMITED};
use super::outcome::{Reason, Refusal};
use super::semantics::{BEYOND, serves_version};
use super::state::{Draw, State};
use super::undo_log::{Charge, Undo};
use super::walk::{Denial, Served, Tried, Walk};

/// What is left of a lot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    /// Tokens that can be burned.
    pub(super) tokens: u64,
    /// Whether there is no limit on them.
    pub(super) unlimited: bool,
}

impl Walk<'_> {
    /// Charges tokens to the lots of a name; all or nothing. The lots are burned when the walk has succeeded, earliest END
    /// first, or before the same name is charged again.
    pub(super) fn charge(&mut self, target: TargetId, version: u32, tokens: u64) -> Tried {
        if !self.step(1) || !self.burn_charge(target) {
            return Err(Denial::Nested);
        }
        let row = self.model.targets.get(target);
        let newest = row.newest_lot.map(|lot| self.model.blocks.get(lot).version);
        let serves = newest.is_some_and(|newest| version <= newest);
        let sum = if serves { self.lots_sum(target, version) } else { Sum::default() };
        if self.is_exhausted() {
            return Err(Denial::Nested);
        }
        // A number that no pool has is not burned, whatever there is.
        let enough = tokens != BEYOND && u128::from(tokens) <= sum.left;
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
        match self.gifts.as_slice() {
            [] => self.state.lots_sum(self.model, target, version),
            gifts => self.state.lots_sum_with(self.model, target, version, gifts),
        }
    }

    /// Burns what the walk charged; false if something could not be burned.
    pub(super) fn burn_charges(&mut self) -> bool {
        let waiting = self.scratch.charges.waiting();
        waiting.into_iter().all(|target| self.burn_charge(target))
    }

    /// Burns what the walk charged to a name and has not burned yet.
    fn burn_charge(&mut self, target: TargetId) -> bool {
        let Some((at, charge)) = self.scratch.charges.close(target) else { return true };
        self.scratch.trail.push(Undo::Burning(at));
        self.lots_sum(target, charge.version);
        self.burn_lots(target, charge.version, charge.tokens) == 0
    }

    /// Burns tokens lot by lot; returns how many could not be burned.
    fn burn_lots(&mut self, target: TargetId, version: u32, tokens: u64) -> u64 {
        let lots = &self.model.targets.get(target).lots;
        let (mut rest, mut from) = (tokens, 0);
        while rest > 0
            && let Some((number, left)) = self.state.next_lot(self.model, target, version, from)
        {
            from = number + 1;
            let Some(lot) = lots.get(number as usize) else { break };
            let take = rest.min(left.min((BEYOND - 1).saturating_sub(self.state.used(*lot))));
            if self.burn(*lot, take) {
                rest -= take;
            }
        }
        rest
    }

    /// Burns tokens of one lot that has them.
    fn burn(&mut self, lot: BlockId, tokens: u64) -> bool {
        let Some(meter) = &self.model.blocks.get(lot).meter else {
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

impl State {
    /// Tokens left of a METERED block: 0 if it is not in force now, [`UNLIMITED`] if it has no limit. A balance in
    /// money counts as the whole tokens it buys.
    #[must_use]
    pub fn balance(&self, model: &Model, block: BlockId) -> u64 {
        if !model.in_force(block, self.now.date()) {
            return 0;
        }
        let row = model.blocks.get(block);
        match (&row.meter, row.capacity) {
            (None, _) => 0,
            (Some(meter), UNLIMITED) if meter.funds.is_none() => UNLIMITED,
            _ => self.tokens_left(model, block, 0),
        }
    }

    /// Money left of a METERED block with prepaid money.
    #[must_use]
    pub fn money_left(&self, model: &Model, block: BlockId) -> Option<Decimal> {
        let funds = model.blocks.get(block).meter.as_ref()?.funds?;
        funds.checked_sub(self.spent.get(&block).copied().unwrap_or_default())
    }

    /// Tokens of a postpaid block that were used in the period that contains `day`.
    #[must_use]
    pub fn billed_in(&self, model: &Model, block: BlockId, day: Date) -> Option<u64> {
        let period = model.blocks.get(block).meter.as_ref()?.postpaid?;
        Some(self.billed.get(&(block, first_day(period, day))).copied().unwrap_or(0))
    }

    /// Tokens left of a block on any day, with `gift` added; less than [`BEYOND`].
    fn tokens_left(&self, model: &Model, lot: BlockId, gift: u64) -> u64 {
        let row = model.blocks.get(lot);
        let counted = row.capacity.saturating_add(gift).min(BEYOND - 1).saturating_sub(self.used(lot));
        match &row.meter {
            Some(meter) if meter.funds.is_some() => self.bought(model, lot, meter, gift).min(counted),
            _ => counted,
        }
    }

    /// Whole tokens that the remaining money and the money for `gift` tokens buy.
    fn bought(&self, model: &Model, lot: BlockId, meter: &Meter, gift: u64) -> u64 {
        let (Some(left), Some(price)) = (self.money_left(model, lot), meter.price) else {
            return 0;
        };
        let given = price.checked_mul(Decimal::from(gift)).and_then(|more| left.checked_add(more));
        let left = given.unwrap_or(Decimal::MAX);
        let Some(tokens) = left.checked_div(price).and_then(|tokens| tokens.floor().to_u64()) else {
            return 0;
        };
        // Division rounds at the last digit, so check that the money covers the cost.
        let cost = price.checked_mul(Decimal::from(tokens));
        if cost.is_some_and(|cost| cost <= left) { tokens } else { tokens.saturating_sub(1) }
    }

    /// The lot that people are shown for a name: of those that could be charged the one that serves most versions, and
    /// of these the one that lasts longest; where none could be, the last that is new enough.
    pub(super) fn shown_lot(&mut self, model: &Model, target: TargetId, version: u32) -> Option<BlockId> {
        let row = model.targets.get(target);
        let newest = row.newest_lot?;
        if model.blocks.get(newest).version < version {
            return Some(newest);
        }
        let best = self.lots_sum(model, target, version).best;
        let best = best.and_then(|(_, number)| row.lots.get(number as usize).copied());
        Some(best.unwrap_or(newest))
    }

    /// What is left of a lot that serves a version now, if it were larger by a gift; `None` if it does not serve.
    pub(super) fn lot_left(&self, model: &Model, lot: BlockId, version: u32, gift: u64) -> Option<Left> {
        let row = model.blocks.get(lot);
        if !serves_version(row, version) || !model.in_force(lot, self.now.date()) {
            return None;
        }
        let unlimited = self.balance(model, lot) == UNLIMITED;
        Some(Left { tokens: self.tokens_left(model, lot, gift), unlimited })
    }

    pub(super) fn unbill(&mut self, block: BlockId, period: Date, tokens: u64) {
        if let Some(billed) = self.billed.get_mut(&(block, period)) {
            *billed = billed.saturating_sub(tokens);
            if *billed == 0 {
                self.billed.remove(&(block, period));
            }
        }
    }
}

/// The first day of the calendar period that contains `day`.
pub(super) fn first_day(period: Period, day: Date) -> Date {
    let month = match period {
        Period::Month => day.month(),
        Period::Quarter => (day.month() - 1) / 3 * 3 + 1,
        Period::Year => 1,
    };
    Date::new(day.year(), month, 1).unwrap_or(day)
}
