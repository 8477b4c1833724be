//! The sets that are compared, and a change between them.

use jiff::civil::Date;

use keywright_license::License;
use keywright_resolve::Model;

use super::example::Example;

/// A set of licenses, with its model.
#[derive(Debug, Clone, Copy)]
pub struct LicenseSet<'a> {
    /// The licenses, in the order of the files.
    pub licenses: &'a [License],
    /// The model that was compiled from them.
    pub model: &'a Model,
}

/// A change for the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The feature; several features of a mix or a sequence.
    pub features: Vec<String>,
    /// The first day of the change.
    pub day: Date,
    /// The respect in which the sets differ.
    pub kind: ChangeKind,
    /// The values before and after; empty if there is none.
    pub old: String,
    /// See `old`.
    pub new: String,
    /// True if the customer can do less.
    pub lost: bool,
    /// A sequence of requests that shows it.
    pub example: Option<Example>,
}

/// The respect in which two sets differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChangeKind {
    /// The most checkouts at the same time.
    AtOnce,
    /// The licenses that one checkout draws.
    Cost,
    /// The last day on which the feature can be used.
    End,
    /// The longest time for which a license can be borrowed.
    Borrow,
    /// The values of SHARE.
    Share,
    /// The price of METERED tokens.
    Price,
    /// A mix that is granted in every order.
    Mix,
    /// A sequence of requests that was granted and is denied.
    Sequence,
    /// No sequence was found that is denied, and no proof that there is none.
    Unproven,
    /// A directive of a block: HOLD, MIN_CHECKOUT, BORROW or HOSTID.
    Directive,
}

impl ChangeKind {
    /// The name in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at-once",
            Self::Cost => "cost",
            Self::End => "end",
            Self::Borrow => "borrow",
            Self::Share => "share",
            Self::Price => "price",
            Self::Mix => "mix",
            Self::Sequence => "sequence",
            Self::Unproven => "unproven",
            Self::Directive => "directive",
        }
    }
}
