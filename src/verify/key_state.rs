//! The usage and the state of a key, and the usages that a verification accepts.

use std::fmt;

use jiff::civil::Date;

/// The purpose of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Usage {
    /// Licenses for customers.
    Production,
    /// Trials inside the vendor's organisation; never accepted in production.
    Development,
}

impl Usage {
    /// The word in a trust list and a key file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Development => "development",
        }
    }

    /// Parses the word of a usage.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Production, Self::Development].into_iter().find(|usage| usage.as_str() == word)
    }
}

/// The usages of keys that a verification accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Production keys only.
    #[default]
    Production,
    /// Development keys too.
    Development,
}

impl Mode {
    /// Returns true if signatures by keys of this usage are accepted.
    #[must_use]
    pub fn accepts(self, usage: Usage) -> bool {
        usage == Usage::Production || self == Self::Development
    }
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// In use: it signs.
    Active,
    /// Published, but not in use yet.
    Standby,
    /// No longer in use. Licenses issued up to this day remain valid.
    Retired(Date),
    /// Others may have it since this day. Nothing that it signed is accepted.
    Compromised(Date),
}

impl KeyState {
    /// The word in a trust list.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Standby => "standby",
            Self::Retired(_) => "retired",
            Self::Compromised(_) => "compromised",
        }
    }

    /// Checks whether a key may change from this state to another.
    ///
    /// DECISION: a compromised key stays compromised, and a retired key can only become compromised: signatures from
    /// the time in between could not be distinguished from earlier ones. Commands and installed bundles follow the same
    /// rule.
    #[must_use]
    pub fn may_become(self, new: Self) -> bool {
        match self {
            Self::Active | Self::Standby => true,
            Self::Retired(_) => matches!(new, Self::Retired(_) | Self::Compromised(_)),
            Self::Compromised(_) => matches!(new, Self::Compromised(_)),
        }
    }

    /// The day of the state, if it has one.
    #[must_use]
    pub fn since(self) -> Option<Date> {
        match self {
            Self::Active | Self::Standby => None,
            Self::Retired(day) | Self::Compromised(day) => Some(day),
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        self.since().map_or(Ok(()), |day| write!(f, " since {day}"))
    }
}
