//! Usable totals and costs of checkouts in JSON, as `verify`, `lint` and `explain` write them. These structs are a public
//! interface: fields may only be added.

use keywright_resolve::{UNLIMITED, Usable};
use serde::Serialize;

use super::verify_facts::{DrawnOn, Draws, FeatureTotal};

/// The usable total of a feature.
#[derive(Debug, Serialize)]
pub(crate) struct TotalJson {
    vendor: String,
    feature: String,
    kind: &'static str,
    #[serde(flatten)]
    usable: UsableTotalJson,
}

impl TotalJson {
    pub(crate) fn all(totals: &[FeatureTotal]) -> Vec<Self> {
        totals.iter().map(Self::of).collect()
    }

    fn of(total: &FeatureTotal) -> Self {
        Self {
            vendor: total.vendor.clone(),
            feature: total.feature.clone(),
            kind: total.kind,
            usable: UsableTotalJson::of(total.usable),
        }
    }
}

/// A usable total with its unit.
#[derive(Debug, Serialize)]
pub(crate) struct UsableTotalJson {
    usable: AmountJson,
    exact: bool,
    unit: &'static str,
}

impl UsableTotalJson {
    pub(crate) fn of(total: Usable) -> Self {
        let (usable, exact) = AmountJson::of(total);
        let unit = if matches!(total, Usable::Devices(_)) { "devices" } else { "checkouts" };
        Self { usable, exact, unit }
    }
}

/// A number, or a word.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum AmountJson {
    Count(u64),
    Word(&'static str),
}

impl AmountJson {
    /// Returns a usable total, and true if it is exact.
    pub(crate) fn of(usable: Usable) -> (Self, bool) {
        match usable {
            Usable::Unlimited | Usable::Devices(UNLIMITED) => (Self::Word("unlimited"), true),
            Usable::Exactly(count) | Usable::Devices(count) => (Self::Count(count), true),
            Usable::AtLeast(count) => (Self::Count(count), false),
            Usable::Undetermined => (Self::Word("undetermined"), false),
        }
    }

    /// Returns a number of free licenses.
    pub(crate) fn free(count: u64) -> Self {
        if count == UNLIMITED { Self::Word("unlimited") } else { Self::Count(count) }
    }

    /// Returns the number, or `None` if it is a word.
    pub(crate) fn count(self) -> Option<u64> {
        match self {
            Self::Count(count) => Some(count),
            Self::Word(_) => None,
        }
    }
}

/// The draws of one checkout on a pool, over all alternatives.
#[derive(Debug, Serialize)]
pub(crate) struct DrawnJson {
    pool: String,
    count: Option<u64>,
    exact: bool,
    least: Option<u64>,
    most: Option<u64>,
}

impl DrawnJson {
    pub(crate) fn all(draws: &[DrawnOn]) -> Vec<Self> {
        draws.iter().map(Self::of).collect()
    }

    fn of(draw: &DrawnOn) -> Self {
        let (least, most) = (limited(draw.least), limited(draw.most).filter(|_| draw.is_complete));
        Self { pool: draw.pool.clone(), count: least, exact: draw.is_exact(), least, most }
    }
}

/// The draws of one alternative on a pool.
#[derive(Debug, Serialize)]
pub(crate) struct AlternativeDrawJson {
    pool: String,
    count: Option<u64>,
}

impl AlternativeDrawJson {
    pub(crate) fn alternatives(alternatives: &[Draws]) -> Vec<Vec<Self>> {
        let draw = |(pool, count): &(String, u64)| Self { pool: pool.clone(), count: limited(*count) };
        alternatives.iter().map(|draws| draws.iter().map(draw).collect()).collect()
    }
}

/// A number of licenses, or `None` if it is above all numbers.
pub(crate) fn limited(count: u64) -> Option<u64> {
    Some(count).filter(|count| *count < u64::MAX)
}
