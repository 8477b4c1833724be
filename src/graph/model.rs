//! What the graph is made of.

use std::collections::{HashMap, HashSet};

use petgraph::graph::{DiGraph, NodeIndex};

use crate::license::{Dependency, Feature, Kind, License, Name, Version};

/// A sound block, by its place among all sound blocks of all files, in the order given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockId(pub(super) u32);

impl BlockId {
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Its place among all sound blocks.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn node(self) -> NodeIndex {
        NodeIndex::new(self.index())
    }
}

/// A sound block with the file it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Block<'a> {
    /// The block's own handle.
    pub id: BlockId,
    /// The file.
    pub license: &'a License,
    /// Place of the file in the order given.
    pub file: usize,
    /// The block.
    pub feature: &'a Feature,
}

impl<'a> Block<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.feature.name.value.as_str()
    }

    /// Its vendor.
    #[must_use]
    pub fn vendor(&self) -> &'a str {
        self.feature.vendor_name()
    }

    /// Whether a checkout can be served by it alone. An UPGRADE only adds to an EXCLUSIVE block; a local block serves
    /// without counting and an ACTIVATION block binds devices, so that neither can be drawn on.
    #[must_use]
    pub fn serves(&self) -> bool {
        matches!(self.feature.kind, Kind::Exclusive | Kind::Additive | Kind::Metered | Kind::Token)
    }

    /// Whether it is a TOKEN block.
    #[must_use]
    pub fn is_token(&self) -> bool {
        self.feature.kind == Kind::Token
    }
}

/// All blocks of one name and vendor.
#[derive(Debug, Clone)]
pub struct Named<'a> {
    /// Who issues them.
    pub vendor: &'a Name,
    /// Their name.
    pub name: &'a Name,
    /// The sound blocks, in file order.
    pub blocks: Vec<BlockId>,
    /// Whether a dependency names it.
    pub drawn: bool,
    /// The newest version that one of its blocks serves to a checkout; `None` if none serves any.
    pub newest: Option<Version>,
    /// Whether all its blocks are UPGRADE blocks.
    pub(super) only_upgrades: bool,
    /// Where the same name of the next vendor stands.
    pub(super) next_vendor: Option<u32>,
    /// Its node.
    pub(super) node: NodeIndex,
}

/// One step along a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The block that depends.
    pub block: BlockId,
    /// Which of its dependencies, from 0.
    pub dependency: usize,
}

/// Where a dependency leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    /// To at least one block that can serve it.
    Served,
    /// Back to the block itself.
    Itself,
    /// Nothing can be said: a block of that name could not be read, or is not supported.
    Unreadable,
    /// No block of that name, of any vendor.
    Unknown,
    /// Blocks of that name, all of other vendors.
    OtherVendor,
    /// Only blocks that no checkout can draw on: local, ACTIVATION.
    NotDrawable,
    /// Only UPGRADE blocks, which add to an EXCLUSIVE block that is not there.
    OnlyUpgrades,
    /// Blocks that could serve, all for older versions.
    TooOld,
}

impl Target {
    /// Whether a block serves the dependency.
    #[must_use]
    pub fn is_served(self) -> bool {
        self == Self::Served
    }
}

/// Equal dependencies that nothing serves: one fault, wherever it is met.
#[derive(Debug, Clone)]
pub struct Unserved {
    /// Why.
    pub target: Target,
    /// Where, in file order; never empty.
    pub places: Vec<Hop>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A TOKEN_DEPENDENCY, by its place in the block.
    Need(u32),
    /// From a name to a block of that name.
    Choice,
}

/// The dependency graph.
#[derive(Debug)]
pub struct Graph<'a> {
    pub(super) blocks: Vec<Block<'a>>,
    pub(super) names: Vec<Named<'a>>,
    /// Vendor and name to the place in `names`.
    pub(super) index: HashMap<(&'a str, &'a str), usize>,
    /// Name to its first and its last place in `names`, whatever the vendor; those in between follow on each other.
    pub(super) by_name: HashMap<&'a str, (u32, u32)>,
    /// Names about which nothing can be said.
    pub(super) unreadable: HashSet<&'a str>,
    /// Whether a file was cut short, so that no absence can be stated.
    pub(super) cut: bool,
    /// Blocks first, by their index; names behind them.
    pub(super) net: DiGraph<(), Step>,
    /// Targets of all dependencies, block after block.
    pub(super) targets: Vec<Target>,
    /// Where the targets of each block begin.
    pub(super) first_target: Vec<usize>,
}

impl<'a> Graph<'a> {
    /// All sound blocks, file after file.
    #[must_use]
    pub fn blocks(&self) -> &[Block<'a>] {
        &self.blocks
    }

    /// All names that sound blocks have, in order of first appearance.
    #[must_use]
    pub fn names(&self) -> &[Named<'a>] {
        &self.names
    }

    /// The block behind a handle of this graph.
    #[must_use]
    pub fn block(&self, id: BlockId) -> Option<&Block<'a>> {
        self.blocks.get(id.index())
    }

    /// All blocks of a vendor's name.
    #[must_use]
    pub fn named(&self, vendor: &str, name: &str) -> Option<&Named<'a>> {
        self.index.get(&(vendor, name)).and_then(|at| self.names.get(*at))
    }

    /// The place of a vendor's name among [`Self::names`].
    #[must_use]
    pub fn name_at(&self, vendor: &str, name: &str) -> Option<usize> {
        self.index.get(&(vendor, name)).copied()
    }

    /// All blocks of a name, one entry a vendor.
    pub fn vendors_of(&self, name: &str) -> impl Iterator<Item = &Named<'a>> {
        let at = |place: u32| self.names.get(place as usize);
        let first = self.by_name.get(name).and_then(|(first, _)| at(*first));
        std::iter::successors(first, move |named| named.next_vendor.and_then(at))
    }

    /// The blocks of a name that can serve a checkout, in file order.
    pub fn providers<'s>(&'s self, named: &'s Named<'a>) -> impl Iterator<Item = &'s Block<'a>> {
        named.blocks.iter().filter_map(|id| self.block(*id)).filter(|block| block.serves())
    }

    /// The dependency a hop takes.
    #[must_use]
    pub fn dependency(&self, hop: Hop) -> Option<&'a Dependency> {
        self.block(hop.block)?.feature.dependencies.get(hop.dependency)
    }

    /// All dependencies of a block with where they lead.
    pub fn needs(&self, id: BlockId) -> impl Iterator<Item = (Hop, &'a Dependency, Target)> {
        let dependencies = self.block(id).map(|block| block.feature.dependencies.as_slice());
        let start = self.first_target.get(id.index()).copied().unwrap_or(usize::MAX);
        let targets = self.targets.get(start..).unwrap_or_default();
        dependencies
            .unwrap_or_default()
            .iter()
            .zip(targets)
            .enumerate()
            .map(move |(at, (dependency, target))| (Hop { block: id, dependency: at }, dependency, *target))
    }

    /// The blocks that can serve a dependency of `block`, in file order, among the first thousand of their name.
    pub fn serving<'s>(
        &'s self,
        block: &Block<'a>,
        dependency: &'s Dependency,
    ) -> impl Iterator<Item = &'s Block<'a>> {
        self.named(block.vendor(), dependency.feature.value.as_str())
            .into_iter()
            .flat_map(|named| self.providers(named).take(1000))
            .filter(|provider| provider.feature.version >= dependency.version)
    }

    /// Whether a name may stand in text that could not be read, so that its absence proves nothing.
    #[must_use]
    pub fn may_be_unread(&self, name: &str) -> bool {
        self.cut || self.unreadable.contains(name)
    }

    /// Whether all of all files could be read and relied on.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.cut && self.unreadable.is_empty()
    }

    /// The dependencies that nothing serves, equal ones together, in order of first appearance; those about which
    /// nothing can be said are left out.
    #[must_use]
    pub fn unserved(&self) -> Vec<Unserved> {
        let mut found: Vec<Unserved> = Vec::new();
        let mut known: HashMap<(Target, &str, &str, Version), usize> = HashMap::new();
        for block in &self.blocks {
            for (hop, dependency, target) in self.needs(block.id) {
                if matches!(target, Target::Served | Target::Itself | Target::Unreadable) {
                    continue;
                }
                let key = (target, block.vendor(), dependency.feature.value.as_str(), dependency.version);
                let at = *known.entry(key).or_insert(found.len());
                match found.get_mut(at) {
                    Some(same) => same.places.push(hop),
                    None => found.push(Unserved { target, places: vec![hop] }),
                }
            }
        }
        found
    }
}
