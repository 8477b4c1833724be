//! METERED tokens: balances and billing periods. Consumed tokens are never returned.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::license::Period;

use super::decisions::{BEYOND, serves_version};
use super::model::{Meter, Model, UNLIMITED};
use super::outcome::{Reason, Refusal};
use super::sights::Sight;
use super::state::{Draw, State};
use super::table::{BlockId, TargetId};
use super::trail::Undo;
use super::walk::{Miss, Served, Tried, Walk};

impl Walk<'_> {
    /// Consumes tokens of the METERED blocks of a name, earliest END first; all or nothing.
    pub(super) fn charge(&mut self, target: TargetId, version: u32, tokens: u64) -> Tried {
        let lots = &self.model.targets.get(target).lots;
        if !self.step(lots.iter().map(|lot| self.model.weight(*lot)).sum()) {
            return Err(Miss::Inner);
        }
        let mut rest = tokens;
        let mut newest = None;
        let mut idle = true;
        let mut free: u64 = 0;
        for lot in lots {
            let row = self.model.blocks.get(*lot);
            newest = newest.max(Some(row.version));
            if !serves_version(row, version) || !self.model.in_force(*lot, self.day) {
                continue;
            }
            idle = false;
            let left = self.state.tokens_left(self.model, *lot, self.gift(*lot));
            let unlimited = self.state.balance(self.model, *lot) == UNLIMITED;
            free = free.saturating_add(if unlimited { UNLIMITED } else { left });
            let take = rest.min(left.min((BEYOND - 1).saturating_sub(self.state.used(*lot))));
            if tokens != BEYOND && self.burn(*lot, take) {
                rest -= take;
            }
        }
        if rest == 0 {
            self.scratch.draws.push(Draw::Burned { target, version, amount: tokens });
            return Ok(Served { extra: tokens, joined: false });
        }
        Err(match newest {
            Some(newest) if newest < version => Miss::Leaf(Refusal::version(newest, version)),
            _ if idle => Reason::NotInForce.into(),
            _ => Miss::Leaf(Refusal::numbers(Reason::BalanceTooLow, tokens, free)),
        })
    }

    /// Consumes tokens of one block that has enough.
    fn burn(&mut self, lot: BlockId, tokens: u64) -> bool {
        let Some(meter) = &self.model.blocks.get(lot).meter else {
            return false;
        };
        if tokens == 0 {
            return true;
        }
        self.see(Sight::Block(lot));
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

    /// The METERED block shown for a name: among those that can be charged the one with the highest version, then the
    /// latest END; if none can be charged, the last one with a sufficient version.
    pub(super) fn shown_lot(&self, model: &Model, target: TargetId, version: u32) -> Option<BlockId> {
        let rank = |lot: &&BlockId| {
            let row = model.blocks.get(**lot);
            let serves = serves_version(row, version);
            (serves && model.in_force(**lot, self.now.date()), serves, row.version)
        };
        model.targets.get(target).lots.iter().max_by_key(rank).copied()
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
