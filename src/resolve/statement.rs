//! Usage and costs per billing period: a usage report for prepaid tokens, a billing statement for postpaid tokens.
//! Amounts are exact decimals; only the lines of a statement are rounded.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use keywright_license::{Currency, Period};

use super::balance::first_day;
use super::block::Meter;
use super::index_vec::BlockId;
use super::model::Model;
use super::state::State;

/// Maximum number of periods of one block (100 years of months); the latest are kept.
const MAX_PERIODS: usize = 1200;

/// Currencies whose minor unit does not have two decimal places (ISO 4217), with their number of decimal places.
const MINOR_UNITS: [(&str, u32); 24] = [
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XPF", 0),
];

/// The payment terms of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billed {
    /// Prepaid by number of tokens: no amount is due.
    ByQuantity,
    /// Charged to prepaid money.
    ByMoney,
    /// Due at the end of the period (postpaid).
    Later,
}

impl Billed {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ByQuantity => "prepaid",
            Self::ByMoney => "prepaid-money",
            Self::Later => "postpaid",
        }
    }
}

/// The purpose of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Tokens used.
    Usage,
    /// Committed tokens that were not used.
    Commitment,
}

impl LineKind {
    /// The name used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Commitment => "commitment",
        }
    }
}

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The purpose.
    pub kind: LineKind,
    /// The first token of the period to which the price applies, from 1.
    pub from: u64,
    /// Number of tokens.
    pub units: u64,
    /// Price per token; `None` for tokens bought by number.
    pub price: Option<Decimal>,
    /// Cost. Postpaid amounts are rounded half to even to the minor unit of the currency; prepaid amounts are exact.
    pub amount: Option<Decimal>,
}

/// Usage of one block in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Display name of the block.
    pub feature: String,
    /// The payment terms.
    pub billed: Billed,
    /// First day of the period.
    pub start: Date,
    /// Last day of the period.
    pub end: Date,
    /// True if the period is over and usage can no longer grow.
    pub closed: bool,
    /// Tokens used.
    pub used: u64,
    /// Committed tokens; 0 for none.
    pub minimum: u64,
    /// Tokens by price tier: tokens used first, then the shortfall against the commitment.
    pub lines: Vec<Line>,
    /// The sum of the lines; `None` without prices, or if the sum overflows.
    pub total: Option<Decimal>,
    /// The currency of prices and amounts.
    pub currency: Option<Currency>,
}

impl Model {
    /// Returns true if any block is METERED.
    #[must_use]
    pub fn has_meters(&self) -> bool {
        !self.metered.is_empty()
    }

    /// Returns the usage of METERED blocks since the state was created, by block in file order, then by period. A
    /// postpaid block with a commitment has a statement for every period in which it was in force.
    #[must_use]
    pub fn statements(&self, state: &State) -> Vec<Statement> {
        let mut all = Vec::new();
        for id in self.metered.iter().copied() {
            let block = self.blocks.get(id);
            let Some(meter) = &block.terms().meter else { continue };
            let period = meter.period();
            let first = state.began.date().max(block.start.unwrap_or(Date::MIN));
            let last = state.now.date().min(block.end.unwrap_or(Date::MAX));
            let mut begins = Vec::new();
            let mut begin = first_day(period, last);
            while begin >= first_day(period, first) && first <= last && begins.len() < MAX_PERIODS {
                begins.push(begin);
                let Ok(before) = begin.yesterday() else { break };
                begin = first_day(period, before);
            }
            begins.reverse();
            all.extend(begins.into_iter().filter_map(|begin| self.statement(state, id, meter, begin)));
        }
        all
    }

    fn statement(&self, state: &State, block: BlockId, meter: &Meter, start: Date) -> Option<Statement> {
        let used = state.billed.get(&(block, start)).copied().unwrap_or(0);
        let minimum = if meter.postpaid.is_some() { meter.minimum } else { 0 };
        if used == 0 && minimum == 0 {
            return None;
        }
        let end = last_day(meter.period(), start);
        let billed = match (meter.postpaid, meter.funds) {
            (Some(_), _) => Billed::Later,
            (None, Some(_)) => Billed::ByMoney,
            (None, None) => Billed::ByQuantity,
        };
        let lines = meter.lines(billed, used, minimum);
        let amounts = lines.iter().map(|line| line.amount);
        let total = amounts.reduce(|sum, amount| sum?.checked_add(amount?)).flatten();
        Some(Statement {
            feature: self.label(block),
            billed,
            start,
            end,
            closed: state.now.date() > end,
            used,
            minimum,
            lines,
            total,
            currency: if billed == Billed::ByQuantity { None } else { meter.currency },
        })
    }
}

impl Meter {
    /// The billing period; a month by default.
    pub(super) fn period(&self) -> Period {
        self.postpaid.unwrap_or(Period::Month)
    }

    fn lines(&self, billed: Billed, used: u64, minimum: u64) -> Vec<Line> {
        if billed != Billed::Later {
            let price = if billed == Billed::ByMoney { self.price } else { None };
            let amount = price.and_then(|price| price.checked_mul(Decimal::from(used)));
            return vec![Line { kind: LineKind::Usage, from: 1, units: used, price, amount }];
        }
        let mut lines = self.tiered(LineKind::Usage, 0, used);
        lines.extend(self.tiered(LineKind::Commitment, used, minimum));
        lines
    }

    /// Splits tokens into lines by price tier.
    /// DECISION: prices are graduated. Each token of a period costs the price of the tier that contains its number, and
    /// PRICE before the first tier. A shortfall against the commitment is priced like used tokens.
    fn tiered(&self, kind: LineKind, after: u64, until: u64) -> Vec<Line> {
        let digits = self.currency.map_or(2, minor_digits);
        let mut steps: Vec<(u64, Option<Decimal>)> = vec![(1, self.price)];
        steps.extend(self.tiers.iter().map(|tier| (tier.from.max(1), Some(tier.price))));
        let mut lines = Vec::new();
        for (index, (from, price)) in steps.iter().enumerate() {
            let next = steps.get(index + 1).map_or(u64::MAX, |(from, _)| *from);
            let first = (*from).max(after.saturating_add(1));
            let last = until.min(next.saturating_sub(1));
            if first > last {
                continue;
            }
            let units = last - first + 1;
            let amount = price.and_then(|price| price.checked_mul(Decimal::from(units)));
            let amount = amount.map(|amount| rounded(amount, digits));
            lines.push(Line { kind, from: first, units, price: *price, amount });
        }
        lines
    }
}

/// Rounds half to even and writes all digits of the minor unit.
fn rounded(amount: Decimal, digits: u32) -> Decimal {
    let mut amount = amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven);
    amount.rescale(digits);
    amount
}

/// The number of decimal places of a currency's minor unit.
fn minor_digits(currency: Currency) -> u32 {
    let code = currency.to_string();
    MINOR_UNITS.iter().find(|(known, _)| *known == code).map_or(2, |(_, digits)| *digits)
}

/// The last day of the calendar period that begins on `start`.
fn last_day(period: Period, start: Date) -> Date {
    let months = match period {
        Period::Month => 1,
        Period::Quarter => 3,
        Period::Year => 12,
    };
    start.checked_add(months.months()).and_then(Date::yesterday).unwrap_or(Date::MAX)
}
