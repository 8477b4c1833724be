//! Numbers of checkouts that may be a bound or unlimited.

use std::fmt;

/// A number of checkouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Exactly this many.
    Exactly(u64),
    /// At least this many: the search stopped at a bound.
    AtLeast(u64),
    /// No limit.
    Unlimited,
}

impl Amount {
    /// The number, without a statement that it is a bound; `None` without a limit.
    #[must_use]
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Exactly(number) | Self::AtLeast(number) => Some(number),
            Self::Unlimited => None,
        }
    }

    /// Returns true if the search stopped at a bound.
    #[must_use]
    pub fn is_bound(self) -> bool {
        matches!(self, Self::AtLeast(_))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(number) => write!(f, "{number}"),
            Self::AtLeast(number) => write!(f, "at least {number}"),
            Self::Unlimited => f.write_str("unlimited"),
        }
    }
}
