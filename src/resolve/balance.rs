//! Balances and billing periods of METERED blocks, and free licenses of the others.

use jiff::civil::Date;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use keywright_license::{Kind, Period};

use super::block::{Meter, UNLIMITED};
use super::index_vec::BlockId;
use super::model::Model;
use super::semantics::{OVERFLOW, serves_version};
use super::state::State;

/// The rest of a lot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    /// Tokens that can be burned.
    pub(super) tokens: u64,
    /// True if there is no limit on them.
    pub(super) unlimited: bool,
}

impl State {
    /// Free licenses of a block: 0 if it is not in force, [`UNLIMITED`](crate::UNLIMITED) without a limit.
    #[must_use]
    pub fn free(&self, model: &Model, block: BlockId) -> u64 {
        match model.kind(block) {
            Kind::Metered => return self.balance(model, block),
            // The licenses of an UPGRADE count as free licenses of its EXCLUSIVE block.
            Kind::Upgrade => return 0,
            _ => {}
        }
        if !model.in_force(block, self.now.date()) {
            return 0;
        }
        match model.capacity(block, self.now.date()) {
            UNLIMITED => UNLIMITED,
            capacity => capacity.saturating_sub(self.used(block)),
        }
    }

    /// Tokens left of a METERED block: 0 if it is not in force now, [`UNLIMITED`](crate::UNLIMITED) if it has no limit. A balance in
    /// money counts as the whole tokens it buys.
    #[must_use]
    pub fn balance(&self, model: &Model, block: BlockId) -> u64 {
        if !model.in_force(block, self.now.date()) {
            return 0;
        }
        let row = model.blocks.get(block);
        match (&row.terms().meter, row.capacity) {
            (None, _) => 0,
            (Some(meter), UNLIMITED) if meter.funds.is_none() => UNLIMITED,
            _ => self.tokens_left(model, block, 0),
        }
    }

    /// Money left of a METERED block with prepaid money.
    #[must_use]
    pub fn money_left(&self, model: &Model, block: BlockId) -> Option<Decimal> {
        let funds = model.blocks.get(block).terms().meter.as_ref()?.funds?;
        funds.checked_sub(self.spent.get(&block).copied().unwrap_or_default())
    }

    /// Tokens of a postpaid block that were used in the period that contains `day`.
    #[must_use]
    pub fn billed_in(&self, model: &Model, block: BlockId, day: Date) -> Option<u64> {
        let period = model.blocks.get(block).terms().meter.as_ref()?.postpaid?;
        Some(self.billed.get(&(block, first_day(period, day))).copied().unwrap_or(0))
    }

    /// Tokens left of a block on any day, with `extra` added; less than [`OVERFLOW`].
    fn tokens_left(&self, model: &Model, lot: BlockId, extra: u64) -> u64 {
        let row = model.blocks.get(lot);
        let counted = row.capacity.saturating_add(extra).min(OVERFLOW - 1).saturating_sub(self.used(lot));
        match &row.terms().meter {
            Some(meter) if meter.funds.is_some() => self.bought(model, lot, meter, extra).min(counted),
            _ => counted,
        }
    }

    /// Whole tokens that the remaining money and the money for `extra` tokens buy.
    fn bought(&self, model: &Model, lot: BlockId, meter: &Meter, extra: u64) -> u64 {
        let (Some(left), Some(price)) = (self.money_left(model, lot), meter.price) else {
            return 0;
        };
        let given = price.checked_mul(Decimal::from(extra)).and_then(|more| left.checked_add(more));
        let left = given.unwrap_or(Decimal::MAX);
        let Some(tokens) = left.checked_div(price).and_then(|tokens| tokens.floor().to_u64()) else {
            return 0;
        };
        // Division rounds at the last digit, so check that the money covers the cost.
        let cost = price.checked_mul(Decimal::from(tokens));
        if cost.is_some_and(|cost| cost <= left) { tokens } else { tokens.saturating_sub(1) }
    }

    /// Returns the rest of a lot that serves a version now, assuming extra licenses; `None` if it does not serve it.
    pub(super) fn lot_left(&self, model: &Model, lot: BlockId, version: u32, extra: u64) -> Option<Left> {
        let row = model.blocks.get(lot);
        if !serves_version(row, version) || !model.in_force(lot, self.now.date()) {
            return None;
        }
        let unlimited = self.balance(model, lot) == UNLIMITED;
        Some(Left { tokens: self.tokens_left(model, lot, extra), unlimited })
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
