//! The days on which a key may sign.

use jiff::civil::Date;

use super::key_state::KeyState;
use super::message::KeyId;
use super::trust::TrustedKey;

/// The object that a key signed, which names the day of signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignedObject {
    /// A block, with ISSUED.
    Block,
    /// A trust bundle or revocation list, with `issued`.
    List,
}

/// The reason why a key was not valid when it signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKeyUse {
    /// The key is compromised.
    Compromised {
        /// First day on which others may have had the key.
        since: Date,
    },
    /// The key was retired, and the block has no ISSUED date.
    RetiredWithoutDate {
        /// Last day on which the key signed.
        since: Date,
    },
    /// The key was retired before the day of signing.
    Retired {
        /// Last day on which the key signed.
        since: Date,
        /// The day of signing.
        issued: Date,
    },
    /// The day of signing is outside of the days on which the key may sign.
    OutsidePeriod {
        /// First day on which the key may sign.
        first: Date,
        /// Last day on which the key may sign.
        last: Date,
        /// The day of signing.
        issued: Date,
    },
    /// The key may no longer sign, and the block has no ISSUED date.
    ExpiredWithoutDate {
        /// Last day on which the key may sign.
        last: Date,
    },
}

impl InvalidKeyUse {
    /// Returns the reason as a sentence, without a full stop.
    #[must_use]
    pub fn describe(self, key: &KeyId, signed: SignedObject) -> String {
        let was_issued = |issued: Date| match signed {
            SignedObject::Block => format!("but the block has ISSUED={issued}"),
            SignedObject::List => format!("but the list was issued on {issued}"),
        };
        match self {
            Self::Compromised { since } => {
                format!("key {key} is compromised since {since}; nothing signed with it is accepted")
            }
            Self::RetiredWithoutDate { since } => {
                format!(
                    "key {key} was retired on {since}, and the block has no ISSUED date to prove that it is older"
                )
            }
            Self::Retired { since, issued } => {
                format!("key {key} was retired on {since}, {}", was_issued(issued))
            }
            Self::OutsidePeriod { first, last, issued } => {
                format!("key {key} may sign from {first} to {last}, {}", was_issued(issued))
            }
            Self::ExpiredWithoutDate { last } => {
                format!(
                    "key {key} was valid until {last}, and the block has no ISSUED date to prove when it was signed"
                )
            }
        }
    }
}

/// Returns the reason why a key was not valid when a block was signed, if any.
///
/// DECISION: a key signs only from its not-before to its not-after date and until the day it was retired; nothing signed
/// with a compromised key is accepted. The date of signing is ISSUED. A block without ISSUED is accepted under an active
/// or standby key. Under a retired key it is rejected, because it may have been signed after the key was retired.
#[must_use]
pub fn outside_key_validity(issued: Option<Date>, trusted: &TrustedKey) -> Option<InvalidKeyUse> {
    let entry = &trusted.entry;
    match (entry.state, issued) {
        (KeyState::Compromised(since), _) => Some(InvalidKeyUse::Compromised { since }),
        (KeyState::Retired(since), None) => Some(InvalidKeyUse::RetiredWithoutDate { since }),
        (KeyState::Retired(since), Some(issued)) if since < issued => {
            Some(InvalidKeyUse::Retired { since, issued })
        }
        (_, Some(issued)) if !trusted.is_valid_on(issued) => {
            Some(InvalidKeyUse::OutsidePeriod { first: entry.not_before, last: entry.not_after, issued })
        }
        _ => None,
    }
}

/// Returns the reason why a block without ISSUED is rejected after the last day of its key, if so.
///
/// DECISION: a block without ISSUED is valid as long as its key may sign. Afterwards it is rejected, because it may have
/// been signed too late.
pub(super) fn missing_issue_date(
    issued: Option<Date>,
    trusted: &TrustedKey,
    at: Date,
) -> Option<InvalidKeyUse> {
    let last = trusted.entry.not_after;
    (issued.is_none() && last < at).then_some(InvalidKeyUse::ExpiredWithoutDate { last })
}
