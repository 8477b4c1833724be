//! Draws of checkouts, and automatic returns.

use super::index_vec::{BlockId, GroupId, TargetId};
use super::requester::MissingIdentity;

/// A pool of licenses, devices or tokens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pool {
    /// Number of licenses in use; for METERED blocks, tokens consumed.
    pub(super) used: u64,
    /// The part drawn by requests without access to reserved licenses.
    pub(super) open: u64,
    /// The watch in which it was noted.
    pub(super) noted: u32,
}

/// An automatic return.
#[derive(Debug, Clone, Copy)]
pub(super) enum Due {
    /// Licenses kept by HOLD or MIN_CHECKOUT.
    Pool { block: BlockId, amount: u64, open: bool },
    /// A draw of a pool's share group kept by HOLD or MIN_CHECKOUT.
    Member { group: GroupId, size: Size },
    /// A draw of a token's share group kept by HOLD or MIN_CHECKOUT of one pool.
    Part { group: GroupId, part: u32, size: Size },
    /// A borrowed checkout.
    Checkout { slot: u32, generation: u32 },
}

/// A draw of a checkout from a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draw {
    /// Licenses of an unshared pool.
    Pool { block: BlockId, amount: u64, open: bool },
    /// A draw in a share group of a pool.
    Member { group: GroupId, size: Size },
    /// A draw in a share group of a token.
    Token { group: GroupId, size: Size },
    /// Consumed tokens, which are never returned.
    Burned { target: TargetId, version: u32, amount: u64 },
}

/// A draw in a share group: its count, and whether it has access to reserved licenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Size {
    pub(super) lacks: MissingIdentity,
    pub(super) count: u64,
}

/// A draw of one checkout of a shared token.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// Licenses of a pool.
    Pool { block: BlockId, unit: u64 },
    /// Tokens of the METERED blocks of a name.
    Burned { target: TargetId, version: u32, unit: u64 },
}
