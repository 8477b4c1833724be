//! The compiled form of one or more license files: names as indices, dependencies as targets, blocks in the order they
//! are tried.
//!
//! Immutable and independent of the clock: queries that depend on the day take it as a parameter.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use keywright_license::{Currency, Feature, Kind, License, Name, Period, Tier};
use keywright_syntax::source::Span;

use super::compile;
use super::index_vec::{BlockId, IndexVec, NameId, TargetId};
use super::outcome::Fact;
use super::semantics::hides;

/// The capacity of a block without a limit.
pub const UNLIMITED: u64 = u64::MAX;

/// One or more compiled licenses.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub(super) blocks: IndexVec<BlockId, Block>,
    pub(super) names: IndexVec<NameId, NameRow>,
    pub(super) targets: IndexVec<TargetId, Target>,
    pub(super) by_name: HashMap<Name, NameId>,
    /// Blocks by the license they came from and where they begin there.
    pub(super) by_place: HashMap<(usize, Span), BlockId>,
    pub(super) notices: Vec<Notice>,
    /// True if a block reserves licenses for named users or hosts.
    pub(super) reserves: bool,
    /// Whether a block has a START or END.
    pub(super) dates: bool,
    /// The METERED blocks, in file order.
    pub(super) metered: Vec<BlockId>,
}

/// A directive that the resolver does not model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Index of the license, from 0.
    pub license: usize,
    /// The name of the block.
    pub feature: Name,
    /// The span of the block.
    pub span: Span,
    /// The directive; with its value if only some values are not modelled.
    pub directive: &'static str,
}

/// An error of the compilation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelError {
    /// Index of the license, from 0.
    pub license: usize,
    /// The span of the block.
    pub span: Span,
    /// The error message.
    pub message: String,
}

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ModelError {}

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
    /// Of a METERED block: its place among the lots of its name.
    pub(super) lot: u32,
    /// Licenses, devices or tokens; [`UNLIMITED`] without a limit.
    pub(super) capacity: u64,
    /// First and last day of validity.
    pub(super) start: Option<Date>,
    pub(super) end: Option<Date>,
    pub(super) shared: SharedBy,
    pub(super) edges: Vec<Edge>,
    pub(super) softlimit: Option<u64>,
    /// Seconds.
    pub(super) hold: i64,
    /// Seconds.
    pub(super) min_checkout: i64,
    /// Hours.
    pub(super) borrow: Option<u32>,
    pub(super) reserved_user: u64,
    pub(super) reserved_host: u64,
    pub(super) meter: Option<Box<Meter>>,
    /// For tokens: true if some choice of alternatives ends in METERED tokens only.
    pub(super) burns: bool,
    /// For tokens: the maximum number of hours it can be borrowed with some choice of alternatives.
    pub(super) lends: u32,
    /// The target of REPLACES.
    pub(super) replaces: Replaced,
    /// Blocks whose REPLACES names the KEY of this block.
    pub(super) replaced_by: Vec<BlockId>,
    /// Index of the license, and the span in it.
    pub(super) license: usize,
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
            lot: 0,
            capacity: 0,
            start: None,
            end: None,
            shared: SharedBy::default(),
            edges: Vec::new(),
            softlimit: None,
            hold: 0,
            min_checkout: 0,
            borrow: None,
            reserved_user: 0,
            reserved_host: 0,
            meter: None,
            burns: false,
            lends: 0,
            replaces: Replaced::Nothing,
            replaced_by: Vec::new(),
            license: 0,
            span: Span::default(),
        }
    }
}

impl Block {
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
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) target: TargetId,
    pub(super) version: u32,
    pub(super) count: u64,
}

/// The payment terms of a METERED block.
#[derive(Debug, Clone, Default)]
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

/// A feature name.
#[derive(Debug, Clone, Default)]
pub(super) struct NameRow {
    pub(super) text: Option<Name>,
    /// All blocks of this name, in file order.
    pub(super) blocks: Vec<BlockId>,
    /// Blocks of all vendors that a request tries, in order.
    pub(super) order: Vec<BlockId>,
    /// True if a block of this name has SHARE.
    pub(super) shared: bool,
    /// True if a block of this name exists but is unusable.
    pub(super) broken: bool,
}

/// A feature name within one vendor's blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Target {
    pub(super) name: NameId,
    /// Blocks that a dependency tries, in order.
    pub(super) order: Vec<BlockId>,
    pub(super) exclusives: Vec<BlockId>,
    pub(super) upgrades: Vec<BlockId>,
    /// Blocks whose REPLACES names this feature.
    pub(super) replacers: Vec<BlockId>,
    /// METERED blocks, earliest END first, then file order.
    pub(super) lots: Vec<BlockId>,
    /// The versions of the lots, ascending, each once.
    pub(super) lot_versions: Vec<u32>,
    /// The newest lot, of several the last.
    pub(super) newest_lot: Option<BlockId>,
    /// The days on which a lot begins or ends to be in force, with its place among the lots.
    pub(super) turns: Vec<(Date, u32)>,
    pub(super) shared: bool,
    /// True if this name and every name below it have one block, so that paths can be merged.
    pub(super) simple: bool,
    /// Number of block attempts of a walk by paths from here, saturated.
    pub(super) paths: u64,
    /// Position in topological order: a name comes before its dependencies.
    pub(super) rank: u32,
}

impl Model {
    /// Compiles the sound blocks of the licenses, in file order. Blocks with equal names and directives (except KEY)
    /// count once.
    ///
    /// # Errors
    /// Returns an error for a dependency cycle, a chain longer than 16, or a shared token with a shared dependency.
    pub fn compile<'a>(licenses: impl IntoIterator<Item = &'a License>) -> Result<Self, ModelError> {
        compile::compile(licenses)
    }

    /// As [`Self::compile`], of some blocks: each with the number of its license, the license that it was read from, and
    /// in the order of the files.
    pub fn compile_blocks<'a>(
        blocks: impl IntoIterator<Item = (usize, &'a License, &'a Feature)>,
    ) -> Result<Self, ModelError> {
        compile::compile_blocks(&blocks.into_iter().collect::<Vec<_>>())
    }

    /// The index of a feature name.
    #[must_use]
    pub fn name(&self, text: &str) -> Option<NameId> {
        self.by_name.get(text).copied()
    }

    /// The text of a feature name.
    #[must_use]
    pub fn name_text(&self, name: NameId) -> &str {
        self.names.get(name).text.as_ref().map_or("", Name::as_str)
    }

    /// All feature names, in the order of their first appearance.
    pub fn names(&self) -> impl Iterator<Item = (NameId, &str)> {
        self.names.iter().map(|(id, row)| (id, row.text.as_ref().map_or("", Name::as_str)))
    }

    /// The blocks of a name, in file order.
    #[must_use]
    pub fn blocks_of(&self, name: NameId) -> &[BlockId] {
        &self.names.get(name).blocks
    }

    /// The type of a block.
    #[must_use]
    pub fn kind(&self, block: BlockId) -> Kind {
        self.blocks.get(block).kind
    }

    /// The name of a block.
    #[must_use]
    pub fn name_of(&self, block: BlockId) -> NameId {
        self.blocks.get(block).name
    }

    /// Position of the block among the blocks of its name, from 1.
    #[must_use]
    pub fn ordinal(&self, block: BlockId) -> u32 {
        self.blocks.get(block).ordinal
    }

    /// The display name of a block: `Name`, or `Name#2` if there are several blocks of this name.
    #[must_use]
    pub fn label(&self, block: BlockId) -> String {
        let row = self.blocks.get(block);
        let name = self.name_text(row.name);
        if self.names.get(row.name).blocks.len() > 1 {
            format!("{name}#{}", row.ordinal)
        } else {
            name.to_owned()
        }
    }

    /// Index of the license (from 0) and the span of a block in it.
    #[must_use]
    pub fn origin(&self, block: BlockId) -> (usize, Span) {
        let row = self.blocks.get(block);
        (row.license, row.span)
    }

    /// Directives that the resolver does not model.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Returns true if any block has a start or end date.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        self.dates
    }

    /// Returns true if a block is in force: within its dates, not replaced, and not preceded by another EXCLUSIVE
    /// block.
    #[must_use]
    pub fn in_force(&self, block: BlockId, day: Date) -> bool {
        let row = self.blocks.get(block);
        row.covers(day) && !self.is_hidden(block, day) && !self.is_discarded(block, day)
    }

    /// Licenses of a block on `day`, with upgrades; [`UNLIMITED`] without a limit.
    #[must_use]
    pub fn capacity(&self, block: BlockId, day: Date) -> u64 {
        let row = self.blocks.get(block);
        if row.kind != Kind::Exclusive {
            return row.capacity;
        }
        self.targets
            .get(row.target)
            .upgrades
            .iter()
            .filter(|upgrade| self.blocks.get(**upgrade).covers(day) && !self.is_hidden(**upgrade, day))
            .fold(row.capacity, |sum, upgrade| sum.saturating_add(self.blocks.get(*upgrade).capacity))
    }

    /// Returns true if a valid block replaces this one.
    fn is_hidden(&self, block: BlockId, day: Date) -> bool {
        self.hidden_by(block, day).is_some()
    }

    fn hidden_by(&self, block: BlockId, day: Date) -> Option<BlockId> {
        let row = self.blocks.get(block);
        let mut replacers = self.targets.get(row.target).replacers.iter().chain(&row.replaced_by).copied();
        replacers.find(|replacer| {
            *replacer != block
                && self.blocks.get(*replacer).covers(day)
                && hides(*replacer > block, self.replaces(block, *replacer))
        })
    }

    /// Returns why a block is not in force on `day`, or `None` if it is.
    pub(super) fn out_of_force(&self, block: BlockId, day: Date) -> Option<Fact> {
        let row = self.blocks.get(block);
        let starts = row.start.filter(|start| *start > day).map(Fact::Starts);
        let ended = row.end.filter(|end| *end < day).map(Fact::Ended);
        starts
            .or(ended)
            .or_else(|| self.hidden_by(block, day).map(Fact::ReplacedBy))
            .or_else(|| self.discarded_for(block, day).map(Fact::Behind))
    }

    /// The requests for which USERBASED and HOSTBASED of a block reserve licenses.
    pub(super) fn reserved_for(&self, block: BlockId) -> &'static str {
        let row = self.blocks.get(block);
        match (row.reserved_user > 0, row.reserved_host > 0) {
            (true, true) => "a user or a host",
            (false, true) => "a host",
            _ => "a user",
        }
    }

    /// The number of blocks that an attempt at this block inspects.
    pub(super) fn weight(&self, block: BlockId) -> u64 {
        let row = self.blocks.get(block);
        let target = self.targets.get(row.target);
        let replacers = target.replacers.len() + row.replaced_by.len();
        let exclusives = if row.kind == Kind::Exclusive { target.exclusives.len() - 1 } else { 0 };
        1 + (replacers + exclusives * (1 + replacers)) as u64
    }

    fn replaces(&self, replacer: BlockId, block: BlockId) -> bool {
        replacer != block
            && match self.blocks.get(replacer).replaces {
                Replaced::Nothing => false,
                Replaced::Target(target) => self.blocks.get(block).target == target,
                Replaced::Block(named) => named == block,
            }
    }

    /// Only the first EXCLUSIVE block of a name that is in force on `day` is used.
    fn is_discarded(&self, block: BlockId, day: Date) -> bool {
        self.discarded_for(block, day).is_some()
    }

    fn discarded_for(&self, block: BlockId, day: Date) -> Option<BlockId> {
        let row = self.blocks.get(block);
        let exclusives: &[BlockId] = match row.kind {
            Kind::Exclusive => &self.targets.get(row.target).exclusives,
            _ => &[],
        };
        let mut earlier = exclusives.iter().copied().take_while(|earlier| *earlier < block);
        earlier.find(|earlier| self.blocks.get(*earlier).covers(day) && !self.is_hidden(*earlier, day))
    }
}
