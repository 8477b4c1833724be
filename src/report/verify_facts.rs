//! Facts about blocks for the reports of `verify`, `lint` and `explain`: roles, draws and usable totals.

use keywright_resolve::{BlockId, CheckoutCost, CostRange, Entitlement, Entitlements, Model, Role, Usable};
use keywright_verify::Reason;

/// The facts about one block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlockFacts {
    /// The role; `verify` has it only for a block with a matching signature.
    pub role: Option<BlockRole>,
    /// The draws of one checkout, for a token that is in force.
    pub draws: Vec<DrawnOn>,
    /// The different choices of alternatives, if there are several: the draws of each.
    pub alternatives: Vec<Draws>,
}

/// The draws of one alternative: names of blocks with numbers of licenses.
pub type Draws = Vec<(String, u64)>;

impl BlockFacts {
    /// Returns the facts about a block: its role if it is known and, if it is a token that can be served, the cost of a
    /// checkout.
    #[must_use]
    pub fn new(model: &Model, role: Option<BlockRole>, cost: Option<&CheckoutCost>) -> Self {
        let Some(cost) = cost else { return Self { role, ..Self::default() } };
        let labelled = |draws: &Vec<(BlockId, u64)>| {
            draws.iter().map(|(block, amount)| (model.label(*block), *amount)).collect()
        };
        let several = Some(&cost.alternatives).filter(|alternatives| alternatives.len() > 1);
        Self {
            role,
            draws: DrawnOn::all(model, cost),
            alternatives: several.map(|all| all.iter().map(labelled).collect()).unwrap_or_default(),
        }
    }
}

/// The role of a block on a day.
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
    /// The name of the pool: letters, digits, `_` and `-`.
    pub pool: String,
    /// The number drawn by the alternative that draws least.
    pub least: u64,
    /// The number drawn by the alternative that draws most.
    pub most: u64,
    /// True if all alternatives were examined.
    pub is_complete: bool,
}

impl DrawnOn {
    fn all(model: &Model, cost: &CheckoutCost) -> Vec<Self> {
        let draw = |draw: &CostRange| Self {
            pool: model.name_text(draw.feature).to_owned(),
            least: draw.least,
            most: draw.most,
            is_complete: cost.is_complete,
        };
        cost.draws.iter().map(draw).collect()
    }

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
    /// The name of the feature.
    pub feature: String,
    /// EXCLUSIVE, TOKEN, …: the kind of its first block.
    pub kind: &'static str,
    /// The number of blocks, without copies.
    pub blocks: usize,
    /// The number of checkouts that the resolver grants at the same time, if nothing else is checked out.
    pub usable: Usable,
}

impl FeatureTotal {
    /// Returns the usable totals of all features.
    #[must_use]
    pub fn all(model: &Model, entitlements: &Entitlements) -> Vec<Self> {
        let total = |one: &Entitlement| Self {
            vendor: one.vendor.as_ref().map(|vendor| vendor.as_str().to_owned()).unwrap_or_default(),
            feature: model.name_text(one.feature).to_owned(),
            kind: one.blocks.first().map_or("", |first| model.kind(*first).as_str()),
            blocks: one.blocks.len(),
            usable: one.usable,
        };
        entitlements.features().iter().map(total).collect()
    }
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
