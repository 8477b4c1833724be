//! The questions and the parts of the answer.

use keywright_resolve::Reason;

use crate::amount::Amount;

/// The hosts that the requests come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hosts {
    /// Each request comes from a host of its own.
    #[default]
    Different,
    /// All requests come from one host.
    Same,
}

/// The pairs of features to analyse.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pairs {
    /// All pairs of up to [`MOST_FEATURES`] features; of more features, those that share a pool.
    #[default]
    All,
    /// These pairs. Pairs with a name that is not among the features are omitted.
    Some(Vec<(String, String)>),
}

/// The number of features up to which all pairs are analysed.
pub const MOST_FEATURES: usize = 12;

/// The capacity of one feature alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureCapacity {
    /// Its name.
    pub feature: String,
    /// The most checkouts at the same time, or the most activated devices.
    pub most: Amount,
    /// True if devices are activated, and nothing is checked out.
    pub is_activated: bool,
    /// True if it has no token: people rather check out the features that draw on it.
    pub is_pool: bool,
    /// The parts of the vendors that use the name; empty if one vendor does.
    pub vendors: Vec<(String, Amount)>,
    /// The reason why one more is denied; `None` without a limit, or if a bound ended the search.
    pub ends: Option<Reason>,
    /// The smallest number of licenses by pool with which one more would be granted; empty if more licenses do not help.
    pub one_more: Vec<(String, u64)>,
}

/// For each number of the first feature, the most of the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frontier {
    /// The names.
    pub features: [String; 2],
    /// The rows for 0, 1, 2, … of the first feature.
    pub rows: Vec<Row>,
    /// False if a bound ended the search, so that more rows may exist.
    pub is_complete: bool,
}

/// A row of a frontier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The number of checkouts of the first feature.
    pub first: u64,
    /// The most of the second feature that are granted in every order; `None` if the checkouts of the first feature alone
    /// are not always granted.
    pub always: Option<Amount>,
    /// The most of the second feature that are granted in some order.
    pub sometimes: Amount,
}

/// A mix that is not always granted, although each smaller mix is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeniedMix {
    /// The number of checkouts of each feature, in file order.
    pub mix: Vec<(String, u64)>,
    /// An order in which the last checkout is denied: features with the number of checkouts in sequence.
    pub order: Vec<(String, u64)>,
    /// The reason of the denial.
    pub reason: Reason,
}
