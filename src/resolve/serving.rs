//! The blocks that can serve a feature on a day, in the order in which requests try them, as plain data: to compare two
//! sets of licenses.

use jiff::civil::Date;

use keywright_license::{Kind, Version};

use super::block::{Block, Meter};
use super::index_vec::{BlockId, Index as _, NameId, TargetId};
use super::model::Model;

/// A block that can serve requests.
#[derive(Debug, Clone, PartialEq)]
pub struct ServingBlock {
    /// The block.
    pub block: BlockId,
    /// Its type.
    pub kind: Kind,
    /// Its version: major in the high half, minor in the low half.
    pub version: u32,
    /// Its licenses with UPGRADEs; [`UNLIMITED`](crate::UNLIMITED) without a limit.
    pub capacity: u64,
    /// True for each of USER, HOST and CUSTOM in SHARE.
    pub share: [bool; 3],
    /// Its dependencies, in file order.
    pub needs: Vec<ServingNeed>,
    /// HOLD and MIN_CHECKOUT, in seconds.
    pub kept: [i64; 2],
    /// BORROW, in hours.
    pub borrow: Option<u32>,
    /// The licenses reserved by USERBASED and HOSTBASED.
    pub reserved: [u64; 2],
    /// The METERED blocks of the name that are in force, in the order in which they are charged; empty for other types.
    pub lots: Vec<ServingLot>,
}

/// A dependency of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServingNeed {
    /// The name and vendor that serves it.
    pub target: TargetId,
    /// The minimum version.
    pub version: u32,
    /// The number of licenses.
    pub count: u64,
}

/// A METERED block.
#[derive(Debug, Clone, PartialEq)]
pub struct ServingLot {
    /// The block.
    pub block: BlockId,
    /// Its version.
    pub version: u32,
    /// Its tokens; [`UNLIMITED`](crate::UNLIMITED) without a limit in tokens.
    pub tokens: u64,
    /// Its first and last day.
    pub dates: [Option<Date>; 2],
    /// The price of its tokens.
    pub terms: PaymentTerms,
}

/// The payment terms of a METERED block, to compare them.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentTerms(Meter);

impl PaymentTerms {
    /// Returns true if the balance is an amount of money.
    #[must_use]
    pub fn are_in_money(&self) -> bool {
        self.0.funds.is_some()
    }
}

impl Model {
    /// All names of vendors that have blocks or that a block depends on.
    pub fn targets(&self) -> impl Iterator<Item = TargetId> {
        (0..self.targets.len()).map(TargetId::of)
    }

    /// The name of a target.
    #[must_use]
    pub fn target_name(&self, target: TargetId) -> NameId {
        self.targets.get(target).name
    }

    /// The vendor of a target; empty if no block of it exists.
    #[must_use]
    pub fn target_vendor(&self, target: TargetId) -> &str {
        self.targets.get(target).vendor.as_ref().map_or("", |vendor| vendor.as_str())
    }

    /// The target of a block.
    #[must_use]
    pub fn target_of(&self, block: BlockId) -> TargetId {
        self.blocks.get(block).target
    }

    /// Returns true if a block of a name has SHARE.
    #[must_use]
    pub fn has_share(&self, name: NameId) -> bool {
        self.names.get(name).shared
    }

    /// The version of a block.
    #[must_use]
    pub fn version_of(&self, block: BlockId) -> Version {
        let packed = self.blocks.get(block).version;
        let part = |number: u32| u16::try_from(number & 0xffff).unwrap_or(u16::MAX);
        Version { major: part(packed >> 16), minor: part(packed) }
    }

    /// Returns the blocks that can serve a dependency on `day`, in the order in which they are tried.
    #[must_use]
    pub fn serving(&self, target: TargetId, day: Date) -> Vec<ServingBlock> {
        self.serving_of(&self.targets.get(target).order, day)
    }

    /// Returns the blocks of all vendors that can serve a request on `day`, in the order in which they are tried.
    #[must_use]
    pub fn serving_name(&self, name: NameId, day: Date) -> Vec<BlockId> {
        self.serving_of(&self.names.get(name).order, day).into_iter().map(|row| row.block).collect()
    }

    fn serving_of(&self, order: &[BlockId], day: Date) -> Vec<ServingBlock> {
        order.iter().filter_map(|id| self.serving_block(*id, self.blocks.get(*id), day)).collect()
    }

    fn serving_block(&self, id: BlockId, row: &Block, day: Date) -> Option<ServingBlock> {
        let lots: Vec<ServingLot> = match row.kind {
            Kind::Metered => self.lots_on(row.target, day),
            _ => Vec::new(),
        };
        let serves = if row.kind == Kind::Metered { !lots.is_empty() } else { self.in_force(id, day) };
        let needs = row.edges.iter().map(|edge| ServingNeed {
            target: edge.target,
            version: edge.version,
            count: edge.count,
        });
        (serves && row.supported).then(|| ServingBlock {
            block: id,
            kind: row.kind,
            version: row.version,
            capacity: self.capacity(id, day),
            share: [row.shared.user, row.shared.host, row.shared.custom],
            needs: needs.collect(),
            kept: [row.terms().hold, row.terms().min_checkout],
            borrow: row.terms().borrow,
            reserved: [row.terms().reserved_user, row.terms().reserved_host],
            lots,
        })
    }

    fn lots_on(&self, target: TargetId, day: Date) -> Vec<ServingLot> {
        let lots = self.targets.get(target).lists().lots.iter().filter(|lot| self.in_force(**lot, day));
        let lot = |id: &BlockId| {
            let row = self.blocks.get(*id);
            let terms = PaymentTerms(row.terms().meter.clone().unwrap_or_default());
            let dates = [row.start, row.end];
            ServingLot { block: *id, version: row.version, tokens: row.capacity, dates, terms }
        };
        lots.map(lot).collect()
    }

    /// The most hours for which a license of a block can be borrowed; 0 if it cannot. A token is borrowed with its
    /// dependencies, for the choice of alternatives that allows the most hours.
    #[must_use]
    pub fn longest_borrow(&self, block: BlockId) -> u32 {
        let row = self.blocks.get(block);
        if row.kind == Kind::Token { row.lends } else { row.terms().borrow.unwrap_or(0) }
    }

    /// The days after `day` on which a block comes into force or is no longer in force, in order.
    #[must_use]
    pub fn turning_days(&self, day: Date) -> Vec<Date> {
        let dates =
            self.blocks.iter().flat_map(|(_, row)| [row.start, row.end.and_then(|end| end.tomorrow().ok())]);
        let mut days: Vec<Date> = dates.flatten().filter(|date| *date > day).collect();
        days.sort_unstable();
        days.dedup();
        days
    }
}
