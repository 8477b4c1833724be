//! The reasons of denials.

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

    /// The reason as words about the block that was requested.
    #[must_use]
    pub fn of_block(self) -> &'static str {
        match self {
            Self::NoSuchFeature => "no block has this name",
            Self::VersionTooLow => "its version is too low",
            Self::NotInForce => "it is not in force",
            Self::NotEnoughLicenses => "it has too few licenses for one checkout",
            Self::BalanceTooLow => "it has too few METERED tokens left for one checkout",
            Self::ActiveTokenLimit => "the limit on active license tokens is reached",
            Self::NotMetered => "it is not METERED",
            Self::NotDrawable => "a checkout cannot use a block of this type",
            Self::NotModelled => "keywright cannot compute it; `keywright lint` shows why",
        }
    }

    /// The reason as words that follow the name of a dependency.
    #[must_use]
    pub fn of_dependency(self) -> &'static str {
        match self {
            Self::NoSuchFeature => "is missing",
            Self::VersionTooLow => "has too low a version",
            Self::NotInForce => "is not in force",
            Self::NotEnoughLicenses => "has too few licenses for one checkout",
            Self::BalanceTooLow => "has too few METERED tokens left for one checkout",
            Self::ActiveTokenLimit => "exceeds the limit on active license tokens",
            Self::NotMetered => "is not METERED",
            Self::NotDrawable => "has a type that a token cannot draw on",
            Self::NotModelled => "cannot be computed; `keywright lint` shows why",
        }
    }
}
