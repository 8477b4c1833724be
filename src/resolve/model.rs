//! The compiled form of one or more license files: names as indices, dependencies as targets, blocks in the order they
//! are tried.
//!
//! Immutable and independent of the clock: queries that depend on the day take it as a parameter.

use std::sync::Arc;

use jiff::civil::Date;

use keywright_license::{Kind, Name};
use keywright_syntax::source::Span;

use super::block::Block;
use super::fast_hash::NameMap;
use super::few::Few;
use super::index_vec::{BlockId, IndexVec, NameId, TargetId};

/// One or more compiled licenses.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub(super) blocks: IndexVec<BlockId, Block>,
    pub(super) names: IndexVec<NameId, NameRow>,
    pub(super) targets: IndexVec<TargetId, Target>,
    pub(super) by_name: NameMap<Name, NameId>,
    pub(super) notices: Vec<Notice>,
    /// True if a block reserves licenses for named users or hosts.
    pub(super) reserves: bool,
    /// True if a block has a START or END.
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

/// A feature name.
#[derive(Debug, Clone, Default)]
pub(super) struct NameRow {
    pub(super) text: Option<Name>,
    /// All blocks of this name, in file order, without duplicates.
    pub(super) blocks: Few<BlockId>,
    /// Blocks of all vendors that a request tries, in order.
    pub(super) order: Few<BlockId>,
    /// True if a block of this name has SHARE.
    pub(super) shared: bool,
    /// True if a block of this name exists but is unusable.
    pub(super) broken: bool,
}

/// A feature name within one vendor's blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Target {
    pub(super) name: NameId,
    /// Shared by successive names, because most files have one vendor.
    pub(super) vendor: Option<Arc<Name>>,
    /// All blocks, in file order, without duplicates.
    pub(super) blocks: Few<BlockId>,
    /// Blocks that a dependency tries, in order: the EXCLUSIVE blocks first.
    pub(super) order: Few<BlockId>,
    /// Number of EXCLUSIVE blocks.
    pub(super) exclusives: u32,
    /// The lists that few names have; see [`Self::lists`].
    rare: Option<Box<RareLists>>,
    pub(super) shared: bool,
    /// True if a token of the vendor depends on it.
    pub(super) needed: bool,
    /// True if this name and every name below it have one block, so that paths can be merged.
    pub(super) simple: bool,
    /// Number of block attempts of a walk by paths from here, saturated.
    pub(super) paths: u64,
    /// Position in topological order: a name comes before its dependencies.
    pub(super) rank: u32,
}

impl Target {
    /// The EXCLUSIVE blocks, in file order.
    pub(super) fn exclusives(&self) -> &[BlockId] {
        self.order.get(..self.exclusives as usize).unwrap_or_default()
    }

    /// Returns the lists that few names have; they are empty on other names.
    pub(super) fn lists(&self) -> &RareLists {
        self.rare.as_deref().unwrap_or(&NO_LISTS)
    }

    /// Returns the lists that few names have, for modification.
    pub(super) fn lists_mut(&mut self) -> &mut RareLists {
        self.rare.get_or_insert_default()
    }
}

/// The lists that few names have. They are apart, because a file may have 100,000 names.
#[derive(Debug, Clone, Default)]
pub(super) struct RareLists {
    pub(super) upgrades: Vec<BlockId>,
    /// Blocks whose REPLACES names this feature.
    pub(super) replacers: Vec<BlockId>,
    /// METERED blocks, earliest END first, then file order.
    pub(super) lots: Vec<BlockId>,
    /// The distinct versions of the lots, in ascending order.
    pub(super) lot_versions: Vec<u32>,
    /// The lot with the highest version; the last one if there are several.
    pub(super) newest_lot: Option<BlockId>,
    /// The days on which a lot comes into force or expires, with its index among the lots.
    pub(super) turns: Vec<(Date, u32)>,
}

static NO_LISTS: RareLists = RareLists {
    upgrades: Vec::new(),
    replacers: Vec::new(),
    lots: Vec::new(),
    lot_versions: Vec::new(),
    newest_lot: None,
    turns: Vec::new(),
};

impl Model {
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

    /// The blocks of a name, in file order, without duplicates.
    #[must_use]
    pub fn blocks_of(&self, name: NameId) -> &[BlockId] {
        &self.names.get(name).blocks
    }

    /// The duplicates of all blocks of a name, in file order, each with the block that counts.
    pub fn duplicates_of(&self, name: NameId) -> impl Iterator<Item = (BlockId, BlockId)> + '_ {
        let of_name = self.blocks.iter().filter(move |(_, row)| row.name == name);
        of_name.filter_map(|(block, row)| Some((block, row.copy_of?)))
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
        (row.license as usize, row.span)
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

    /// The requests for which USERBASED and HOSTBASED of a block reserve licenses.
    pub(super) fn reserved_for(&self, block: BlockId) -> &'static str {
        let row = self.blocks.get(block);
        match (row.terms().reserved_user > 0, row.terms().reserved_host > 0) {
            (true, true) => "a user or a host",
            (false, true) => "a host",
            _ => "a user",
        }
    }

    /// The number of blocks that an attempt at this block inspects.
    pub(super) fn weight(&self, block: BlockId) -> u64 {
        let row = self.blocks.get(block);
        let target = self.targets.get(row.target);
        let replacers = target.lists().replacers.len() + row.terms().replaced_by.len();
        let exclusives = if row.kind == Kind::Exclusive { target.exclusives as usize - 1 } else { 0 };
        1 + (replacers + exclusives * (1 + replacers)) as u64
    }
}
