//! Facts about valid blocks for the reports of `verify`: roles, draws and usable totals.

use keywright_resolve::{Role, Usable};
use keywright_verify::Reason;

/// The facts about one block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockFacts {
    /// The role, for a block with a matching signature.
    pub role: Option<BlockRole>,
    /// The draws of one checkout, for a token that is in force.
    pub draws: Vec<DrawnOn>,
    /// The different choices of alternatives, if there are several: the draws of each.
    pub alternatives: Vec<Vec<(String, u64)>>,
}

/// The role of a block on the verification date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRole {
    /// The role.
    pub role: Role,
    /// The role in words. Contains names of blocks and files: escape it.
    pub words: Reason,
}

/// The licenses that one checkout of a token draws on a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnOn {
    /// The name of the pool, from a verified block: letters, digits, `_` and `-`.
    pub pool: String,
    /// The number drawn by the alternative that draws least.
    pub least: u64,
    /// The number drawn by the alternative that draws most.
    pub most: u64,
    /// True if all alternatives were examined.
    pub is_complete: bool,
}

impl DrawnOn {
    /// Returns true if every checkout draws this number.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.is_complete && self.least == self.most
    }
}

/// The usable total of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeatureTotal {
    /// VENDOR.
    pub vendor: String,
    /// The name of the feature, from a verified block.
    pub feature: String,
    /// EXCLUSIVE, TOKEN, …: the kind of its first block.
    pub kind: &'static str,
    /// The number of blocks, without copies.
    pub blocks: usize,
    /// The number of checkouts that the resolver grants at the same time, if nothing else is checked out.
    pub usable: Usable,
}

/// The customers and purchases of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileIdentity {
    /// The different LICENSEE of the blocks, each as first written. Untrusted.
    pub customers: Vec<String>,
    /// True if no block with a matching signature has a LICENSEE, so that the customers are only claimed.
    pub is_claimed: bool,
    /// The different SN of the blocks with a matching signature. Untrusted.
    pub purchases: Vec<String>,
    /// The lines of blocks without LICENSEE, if other blocks with a matching signature have one.
    pub without_customer: Vec<usize>,
}
