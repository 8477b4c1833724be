//! A usable total in JSON: a number, `"unlimited"`, or null if it could not be computed.

use keywright_resolve::{UNLIMITED, Usable};
use serde::Serialize;

/// A usable total.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub(crate) enum UsableJson {
    Number(u64),
    Word(&'static str),
    Unknown(()),
}

impl UsableJson {
    pub(crate) fn new(usable: Usable) -> Self {
        match usable {
            Usable::Unlimited | Usable::Devices(UNLIMITED) => Self::Word("unlimited"),
            Usable::Exactly(number) | Usable::AtLeast(number) | Usable::Devices(number) => {
                Self::Number(number)
            }
            Usable::Undetermined => Self::Unknown(()),
        }
    }
}

/// Returns `at-least` if the search for a total stopped at a bound.
pub(crate) fn bound(usable: Usable) -> Option<&'static str> {
    matches!(usable, Usable::AtLeast(_)).then_some("at-least")
}
