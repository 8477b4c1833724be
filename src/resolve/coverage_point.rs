//! The parts of a license that events can cover.

use super::index_vec::{BlockId, NameId};

/// A coverage point of a license.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CoveragePoint {
    /// A feature was served.
    Feature(NameId),
    /// One of several blocks of a name was served.
    Block(BlockId),
    /// A dependency, by its index from 0, was drawn.
    Dependency(BlockId, u32),
    /// A live share group of a block was joined.
    Joined(BlockId),
    /// A request for a feature was denied.
    Denied(NameId),
    /// A block had too few licenses, devices or tokens.
    Full(BlockId),
    /// A block was used above its SOFTLIMIT.
    AboveSoftlimit(BlockId),
}
