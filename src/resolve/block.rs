//! The compiled form of a block.

use jiff::civil::Date;
use rust_decimal::Decimal;

use keywright_license::{Currency, Kind, Period, Tier};
use keywright_syntax::source::Span;

use super::few::Few;
use super::index_vec::{BlockId, NameId, TargetId};

/// The capacity of a block without a limit.
pub const UNLIMITED: u64 = u64::MAX;

/// The parts of a share key that a block compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct SharedBy {
    pub(super) user: bool,
    pub(super) host: bool,
    pub(super) custom: bool,
}

impl SharedBy {
    pub(super) fn any(self) -> bool {
        self.user || self.host || self.custom
    }
}

/// A block, reduced to what the resolver needs.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) name: NameId,
    pub(super) target: TargetId,
    /// Position among the blocks of the name, from 1.
    pub(super) ordinal: u32,
    pub(super) kind: Kind,
    /// False if the block has an unknown directive.
    pub(super) supported: bool,
    /// Major version in the high half, minor in the low half.
    pub(super) version: u32,
    /// Licenses, devices or tokens; [`UNLIMITED`] without a limit.
    pub(super) capacity: u64,
    /// First and last day of validity.
    pub(super) start: Option<Date>,
    pub(super) end: Option<Date>,
    pub(super) shared: SharedBy,
    pub(super) edges: Few<Edge>,
    /// For tokens: true if some choice of alternatives ends in METERED tokens only.
    pub(super) burns: bool,
    /// For tokens: the maximum number of hours it can be borrowed with some choice of alternatives.
    pub(super) lends: u32,
    /// The earlier block with the same content, of which this one is a copy without effect.
    pub(super) copy_of: Option<BlockId>,
    /// The values that few blocks have; see [`Self::terms`].
    pub(super) rare: Option<Box<RareTerms>>,
    /// Index of the license, and the span in it.
    pub(super) license: u32,
    pub(super) span: Span,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            name: NameId::default(),
            target: TargetId::default(),
            ordinal: 0,
            kind: Kind::Local,
            supported: false,
            version: 0,
            capacity: 0,
            start: None,
            end: None,
            shared: SharedBy::default(),
            edges: Few::None,
            burns: false,
            lends: 0,
            copy_of: None,
            rare: None,
            license: 0,
            span: Span::default(),
        }
    }
}

/// The values that few blocks have. They are apart, because a file may have 100,000 blocks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RareTerms {
    /// Of a METERED block: its place among the lots of its name.
    pub(super) lot: u32,
    pub(super) softlimit: Option<u64>,
    /// Seconds.
    pub(super) hold: i64,
    /// Seconds.
    pub(super) min_checkout: i64,
    /// Hours.
    pub(super) borrow: Option<u32>,
    pub(super) reserved_user: u64,
    pub(super) reserved_host: u64,
    pub(super) meter: Option<Meter>,
    /// The target of REPLACES.
    pub(super) replaces: Replaced,
    /// Blocks whose REPLACES names the KEY of this block.
    pub(super) replaced_by: Vec<BlockId>,
}

static NO_TERMS: RareTerms = RareTerms::NONE;

impl RareTerms {
    /// The values of a block without any of these directives.
    pub(super) const NONE: Self = Self {
        lot: 0,
        softlimit: None,
        hold: 0,
        min_checkout: 0,
        borrow: None,
        reserved_user: 0,
        reserved_host: 0,
        meter: None,
        replaces: Replaced::Nothing,
        replaced_by: Vec::new(),
    };
}

impl Block {
    /// Returns the values that few blocks have.
    pub(super) fn terms(&self) -> &RareTerms {
        self.rare.as_deref().unwrap_or(&NO_TERMS)
    }

    /// Returns the values that few blocks have, for modification.
    pub(super) fn terms_mut(&mut self) -> &mut RareTerms {
        self.rare.get_or_insert_with(|| Box::new(RareTerms::NONE))
    }

    /// Returns true if the block's own dates include `day`.
    pub(super) fn covers(&self, day: Date) -> bool {
        self.start.is_none_or(|start| start <= day) && self.end.is_none_or(|end| day <= end)
    }
}

/// The blocks that a block replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Replaced {
    Nothing,
    /// All other blocks of a name by the same vendor.
    Target(TargetId),
    /// One block.
    Block(BlockId),
}

/// One TOKEN_DEPENDENCY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) target: TargetId,
    pub(super) version: u32,
    pub(super) count: u64,
}

/// The payment terms of a METERED block.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Meter {
    /// Prepaid money; `None` for tokens bought by quantity or billed later.
    pub(super) funds: Option<Decimal>,
    /// Price of one token.
    pub(super) price: Option<Decimal>,
    /// The billing period of a postpaid block.
    pub(super) postpaid: Option<Period>,
    /// The currency of its prices.
    pub(super) currency: Option<Currency>,
    /// Committed tokens per period.
    pub(super) minimum: u64,
    /// Volume prices in ascending order of the first token each applies to.
    pub(super) tiers: Vec<Tier>,
}
