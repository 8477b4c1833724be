//! The causes of refusals.

use super::entitlement::Role;
use super::index_vec::BlockId;

/// The cause of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// Versions encoded as one number: major in the high half, minor in the low half.
    Version {
        /// The version of the block.
        has: u32,
        /// The requested version.
        requested: u32,
    },
    /// The role of a block that is not in force.
    Role(Role),
    /// The first block that cannot be borrowed for the requested time.
    Borrow {
        /// The block.
        block: BlockId,
        /// Its BORROW in hours, if it has one.
        most: Option<u32>,
        /// The requested hours.
        requested: u32,
    },
}
