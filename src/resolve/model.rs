//! The compiled form of one or more license files: names as indices, dependencies as targets, selection orders made.
//!
//! Immutable, and without a clock: what holds on a day is asked with that day.

use std::collections::HashMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::license::{Currency, Kind, License, Name, Period, Tier};
use crate::source::Span;

use super::compile;
use super::decisions::hides;
use super::outcome::Fact;
use super::table::{BlockId, NameId, Table, TargetId};

/// The capacity of a block without a limit.
pub const UNLIMITED: u64 = u64::MAX;

/// One or more licenses, ready to be asked.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub(super) blocks: Table<BlockId, Block>,
    pub(super) names: Table<NameId, NameRow>,
    pub(super) targets: Table<TargetId, Target>,
    pub(super) by_name: HashMap<Name, NameId>,
    pub(super) notices: Vec<Notice>,
    /// Whether a block reserves licenses for named users or hosts.
    pub(super) reserves: bool,
}

/// What a file says that the resolver does not model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Which of the licenses handed in, from 0.
    pub license: usize,
    /// The name of the block.
    pub feature: Name,
    /// Where the block stands.
    pub span: Span,
    /// The directive, with its value where only some values are not modelled.
    pub directive: &'static str,
}

/// Why licenses cannot be compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelError {
    /// Which of the licenses handed in, from 0.
    pub license: usize,
    /// The block at fault.
    pub span: Span,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ModelError {}

/// Which parts of a share key a block compares.
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

/// A block, as the resolver needs it.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) name: NameId,
    pub(super) target: TargetId,
    /// From 1, among the blocks of the name.
    pub(super) ordinal: u32,
    pub(super) kind: Kind,
    /// False where the block has a directive that is not known.
    pub(super) supported: bool,
    /// Major in the high half, minor in the low one.
    pub(super) version: u32,
    /// Licenses, devices or tokens; [`UNLIMITED`] without a limit.
    pub(super) capacity: u64,
    /// First and last day in force.
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
    /// Of a token: whether consumption can pass through it to METERED tokens alone, by some choice.
    pub(super) burns: bool,
    /// Of a token: for how many hours it can be borrowed at most, by some choice.
    pub(super) lends: u32,
    /// What REPLACES names.
    pub(super) replaces: Replaced,
    /// Blocks whose REPLACES names this one by its KEY.
    pub(super) replaced_by: Vec<BlockId>,
    /// Which license it came from, and where it stands there.
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
    /// Whether its own dates cover a day.
    pub(super) fn covers(&self, day: Date) -> bool {
        self.start.is_none_or(|start| start <= day) && self.end.is_none_or(|end| day <= end)
    }
}

/// What a block replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Replaced {
    Nothing,
    /// All other blocks of a name of the same vendor.
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

/// How a METERED block is paid for.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter {
    /// Money prepaid; `None` where tokens were bought by number or are billed later.
    pub(super) funds: Option<Decimal>,
    /// Price of one token.
    pub(super) price: Option<Decimal>,
    /// Billed after each period instead of bought before.
    pub(super) postpaid: Option<Period>,
    /// The currency of its prices.
    pub(super) currency: Option<Currency>,
    /// Tokens committed to in each period.
    pub(super) minimum: u64,
    /// Volume prices, by the first token each applies to, ascending.
    pub(super) tiers: Vec<Tier>,
}

/// A feature name.
#[derive(Debug, Clone, Default)]
pub(super) struct NameRow {
    pub(super) text: Option<Name>,
    /// All its blocks, in file order.
    pub(super) blocks: Vec<BlockId>,
    /// What a request from outside tries, in order: all vendors' blocks.
    pub(super) order: Vec<BlockId>,
    /// Whether a block of the name shares counts.
    pub(super) shared: bool,
    /// Whether a block of the name stands in a file but could not be used.
    pub(super) broken: bool,
}

/// A name as one vendor's blocks see it.
#[derive(Debug, Clone, Default)]
pub(super) struct Target {
    pub(super) name: NameId,
    /// What a dependency tries, in order.
    pub(super) order: Vec<BlockId>,
    pub(super) exclusives: Vec<BlockId>,
    pub(super) upgrades: Vec<BlockId>,
    /// Blocks whose REPLACES names this feature.
    pub(super) replacers: Vec<BlockId>,
    /// METERED blocks: earliest END first, then file order.
    pub(super) lots: Vec<BlockId>,
    pub(super) shared: bool,
    /// Every name from here on has one block, so that paths may be merged.
    pub(super) simple: bool,
    /// Arrivals that a walk by paths makes from here; saturated.
    pub(super) paths: u64,
    /// Place in an order where every name stands before what it depends on.
    pub(super) rank: u32,
}

impl Model {
    /// Compiles licenses: sound blocks, in the order of the files. A block with the same name and directives (but KEY)
    /// as an earlier one counts once.
    ///
    /// # Errors
    /// A cycle of dependencies, a chain longer than 16, or a shared token that reaches a shared block.
    pub fn compile<'a>(licenses: impl IntoIterator<Item = &'a License>) -> Result<Self, ModelError> {
        compile::compile(licenses)
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

    /// What a block is.
    #[must_use]
    pub fn kind(&self, block: BlockId) -> Kind {
        self.blocks.get(block).kind
    }

    /// The name of a block.
    #[must_use]
    pub fn name_of(&self, block: BlockId) -> NameId {
        self.blocks.get(block).name
    }

    /// Which of the blocks of its name it is, from 1.
    #[must_use]
    pub fn ordinal(&self, block: BlockId) -> u32 {
        self.blocks.get(block).ordinal
    }

    /// How people call a block: `Name`, or `Name#2` where the name has several.
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

    /// Where a block stands: which of the licenses handed in (from 0), and its span.
    #[must_use]
    pub fn origin(&self, block: BlockId) -> (usize, Span) {
        let row = self.blocks.get(block);
        (row.license, row.span)
    }

    /// What the licenses say that is not modelled.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Whether anything depends on the date.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        self.blocks.iter().any(|(_, block)| block.start.is_some() || block.end.is_some())
    }

    /// Whether a block serves on a day: inside its dates, not replaced, not discarded for an earlier EXCLUSIVE.
    #[must_use]
    pub fn in_force(&self, block: BlockId, day: Date) -> bool {
        let row = self.blocks.get(block);
        row.covers(day) && !self.is_hidden(block, day) && !self.is_discarded(block, day)
    }

    /// Licenses of a block on a day, upgrades included; [`UNLIMITED`] without a limit.
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

    /// Whether a block that is in force replaces this one.
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

    /// Why a block does not serve on a day; `None` where it does.
    pub(super) fn out_of_force(&self, block: BlockId, day: Date) -> Option<Fact> {
        let row = self.blocks.get(block);
        let starts = row.start.filter(|start| *start > day).map(Fact::Starts);
        let ended = row.end.filter(|end| *end < day).map(Fact::Ended);
        starts
            .or(ended)
            .or_else(|| self.hidden_by(block, day).map(Fact::ReplacedBy))
            .or_else(|| self.discarded_for(block, day).map(Fact::Behind))
    }

    /// For whom USERBASED and HOSTBASED of a block reserve.
    pub(super) fn reserved_for(&self, block: BlockId) -> &'static str {
        let row = self.blocks.get(block);
        match (row.reserved_user > 0, row.reserved_host > 0) {
            (true, true) => "users and hosts",
            (false, true) => "hosts",
            _ => "users",
        }
    }

    /// How many blocks are looked at when this one is.
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

    /// Of several EXCLUSIVE blocks of one name in force on a day the first serves.
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
