//! The reasons of denials and their causes.

use jiff::civil::Date;

use super::index_vec::BlockId;

/// The reason of a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No block has this name.
    NoSuchFeature,
    /// The blocks are older than the requested version.
    VersionTooLow,
    /// The blocks are outside their dates, replaced, or preceded by another EXCLUSIVE block.
    NotInForce,
    /// A pool has too few free licenses.
    NotEnoughLicenses,
    /// The METERED blocks have too few tokens left.
    BalanceTooLow,
    /// The limit on active license tokens is reached.
    ActiveTokenLimit,
    /// `consume` reached a license that is not METERED.
    NotMetered,
    /// This event cannot take a license of this type.
    NotDrawable,
    /// The block has a directive that the resolver does not model.
    NotModelled,
}

impl Reason {
    /// All reasons and their names.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::NoSuchFeature, "no-such-feature"),
        (Self::VersionTooLow, "version-too-low"),
        (Self::NotInForce, "not-in-force"),
        (Self::NotEnoughLicenses, "not-enough-licenses"),
        (Self::BalanceTooLow, "balance-too-low"),
        (Self::ActiveTokenLimit, "active-token-limit"),
        (Self::NotMetered, "not-metered"),
        (Self::NotDrawable, "not-drawable"),
        (Self::NotModelled, "not-modelled"),
    ];

    /// The name of the reason in files and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("", |(_, word)| word)
    }

    /// Parses the name of a reason.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(reason, _)| *reason)
    }
}

/// The cause of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Versions encoded as one number: major in the high half, minor in the low half.
    Version {
        /// The version of the block.
        has: u32,
        /// The requested version.
        asked: u32,
    },
    /// The last day of the block.
    Ended(Date),
    /// The first day of the block.
    Starts(Date),
    /// The valid block that replaces it.
    ReplacedBy(BlockId),
    /// The earlier EXCLUSIVE block in force.
    PrecededBy(BlockId),
}
