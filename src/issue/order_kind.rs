//! The relation of an order to what its customer already has.

use std::fmt;
use std::str::FromStr;

/// The kind of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderKind {
    /// An independent purchase.
    New,
    /// More licenses in a pool that the customer has.
    Addon,
    /// A license that supersedes an earlier one and gives at least the same.
    Upgrade,
    /// A license for the period after an earlier one.
    Renewal,
    /// A license that supersedes an earlier one and can give less.
    Replacement,
}

impl OrderKind {
    /// All kinds with their words.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::New, "new"),
        (Self::Addon, "addon"),
        (Self::Upgrade, "upgrade"),
        (Self::Renewal, "renewal"),
        (Self::Replacement, "replacement"),
    ];

    /// Returns the word for the kind in orders.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    /// Returns true if the license supersedes the one that the order names.
    #[must_use]
    pub fn supersedes(self) -> bool {
        matches!(self, Self::Upgrade | Self::Replacement)
    }
}

impl fmt::Display for OrderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OrderKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, word)| *word == text);
        found.map(|(kind, _)| *kind).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|(_, word)| *word).collect();
            format!("`{}` is not one of {}", keywright_syntax::excerpt(text), words.join(", "))
        })
    }
}
