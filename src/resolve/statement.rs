//! What was used in each period, and what it costs: a usage report for tokens bought before, a statement for tokens
//! billed later. In exact decimals; only the lines of a statement are rounded.

use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::license::{Currency, Kind, Period};

use super::meter::first_day;
use super::model::{Meter, Model};
use super::state::State;
use super::table::BlockId;

/// Most periods of one block, latest kept: a hundred years of months.
const MAX_PERIODS: usize = 1200;

/// Currencies whose minor unit is not the hundredth, by ISO 4217: digits behind the point.
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

/// How tokens are paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Billed {
    /// Bought by number before: nothing is due.
    ByQuantity,
    /// Taken from money paid before.
    ByMoney,
    /// Due at the end of the period.
    Later,
}

impl Billed {
    /// The word that reports use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::ByQuantity => "prepaid",
            Self::ByMoney => "prepaid-money",
            Self::Later => "postpaid",
        }
    }
}

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Tokens that were used.
    Usage,
    /// Tokens that were not used but committed to.
    Commitment,
}

impl LineKind {
    /// The word that reports use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Commitment => "commitment",
        }
    }
}

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is for.
    pub kind: LineKind,
    /// The first token of the period that its price applies to, from 1.
    pub from: u64,
    /// How many tokens.
    pub units: u64,
    /// The price of one; `None` where tokens were bought by number.
    pub price: Option<Decimal>,
    /// What they cost; rounded half to even to the currency's minor unit where it is due, exact where it was prepaid.
    pub amount: Option<Decimal>,
}

/// What one block was used for in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// How people call the block.
    pub feature: String,
    /// How it is paid for.
    pub billed: Billed,
    /// First day of the period.
    pub start: Date,
    /// Last day of the period.
    pub end: Date,
    /// Whether the period is over; what is open may still grow.
    pub closed: bool,
    /// Tokens used.
    pub used: u64,
    /// Tokens committed to; 0 for none.
    pub minimum: u64,
    /// Units, tier by tier: used first, then what is missing to the commitment.
    pub lines: Vec<Line>,
    /// The sum of the lines; `None` where no money is involved, or where it is too large to be a number.
    pub total: Option<Decimal>,
    /// The currency of prices and amounts.
    pub currency: Option<Currency>,
}

impl Model {
    /// Whether anything is METERED.
    #[must_use]
    pub fn has_meters(&self) -> bool {
        self.blocks.iter().any(|(_, block)| block.kind == Kind::Metered)
    }

    /// What METERED blocks were used for since the state began, by block in file order, then by period. A billed block
    /// with a commitment has a statement for every period in which it was in force.
    #[must_use]
    pub fn statements(&self, state: &State) -> Vec<Statement> {
        let mut all = Vec::new();
        for (id, block) in self.blocks.iter() {
            let Some(meter) = &block.meter else { continue };
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
    /// The period that use is counted in: a month where none is written.
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

    /// ◆ Graduated prices: each token of a period costs what the tier says that its number falls into; what is missing
    /// to a commitment is priced like tokens used. A token before the first tier costs PRICE.
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

/// Half to even, with all digits of the minor unit written.
fn rounded(amount: Decimal, digits: u32) -> Decimal {
    let mut amount = amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointNearestEven);
    amount.rescale(digits);
    amount
}

/// Digits behind the point of a currency's minor unit.
fn minor_digits(currency: Currency) -> u32 {
    let code = currency.to_string();
    MINOR_UNITS.iter().find(|(known, _)| *known == code).map_or(2, |(_, digits)| *digits)
}

/// The last day of the calendar period that begins on a day.
fn last_day(period: Period, start: Date) -> Date {
    let months = match period {
        Period::Month => 1,
        Period::Quarter => 3,
        Period::Year => 12,
    };
    start.checked_add(months.months()).and_then(Date::yesterday).unwrap_or(Date::MAX)
}
