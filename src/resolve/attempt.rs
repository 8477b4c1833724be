//! The request of a walk, and the result of an attempt at one block.

use super::outcome::Refusal;
use super::reason::Reason;

/// The purpose of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Checkout,
    /// Takes METERED tokens only.
    Consume,
    /// Takes licenses for this number of hours.
    Borrow(u32),
}

/// A requirement on a name or a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    /// The number of licenses; [`OVERFLOW`] after an overflow.
    pub(super) count: u64,
    pub(super) version: u32,
}

/// The result of a block that served.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served {
    pub(super) extra: u64,
    pub(super) joined: bool,
}

/// The reason why a block did not serve.
#[derive(Debug)]
pub(super) enum Denial {
    /// The block's own reason.
    Own(Refusal),
    /// One of its dependencies has the reason.
    Nested,
}

impl From<Reason> for Denial {
    fn from(reason: Reason) -> Self {
        Self::Own(Refusal::new(reason))
    }
}

pub(super) type Tried = Result<Served, Denial>;
