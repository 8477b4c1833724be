//! The types of the graph.

use std::collections::{HashMap, HashSet};

use petgraph::graph::{DiGraph, NodeIndex};

use keywright_license::{Dependency, Feature, Kind, License, Name, Version};

use crate::fast_hash::NameMap;

/// Handle of a sound block: its index among the sound blocks of all files, in the given order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GraphBlockId(pub(super) u32);

impl GraphBlockId {
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The index among all sound blocks.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn node(self) -> NodeIndex {
        NodeIndex::new(self.index())
    }
}

/// A sound block and its file.
#[derive(Debug, Clone, Copy)]
pub struct GraphBlock<'a> {
    /// The block's own handle.
    pub id: GraphBlockId,
    /// The file.
    pub license: &'a License,
    /// Index of the file in the given order.
    pub file: usize,
    /// The block.
    pub feature: &'a Feature,
    /// The earlier block with the same name and directives except KEY. A duplicate serves nothing.
    pub copy_of: Option<GraphBlockId>,
}

impl<'a> GraphBlock<'a> {
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

    /// Returns true if the block can serve a checkout on its own. A duplicate has no effect. An UPGRADE only adds to an EXCLUSIVE block. A local
    /// license is not counted and an ACTIVATION license is bound to a device, so a token can draw on neither.
    #[must_use]
    pub fn serves(&self) -> bool {
        let kind = self.feature.kind;
        self.copy_of.is_none()
            && matches!(kind, Kind::Exclusive | Kind::Additive | Kind::Metered | Kind::Token)
    }

    /// Returns true for a TOKEN block.
    #[must_use]
    pub fn is_token(&self) -> bool {
        self.feature.kind == Kind::Token
    }
}

/// All blocks of one name and vendor.
#[derive(Debug, Clone)]
pub struct FeatureGroup<'a> {
    /// Their vendor.
    pub vendor: &'a Name,
    /// Their name.
    pub name: &'a Name,
    /// The sound blocks, in file order, without duplicates.
    pub blocks: Vec<GraphBlockId>,
    /// True if a dependency names it.
    pub drawn: bool,
    /// The newest version that a block serves to a checkout; `None` if no block serves.
    pub newest: Option<Version>,
    /// True if all its blocks are UPGRADE blocks.
    pub(super) only_upgrades: bool,
    /// Index of the same name of the next vendor.
    pub(super) next_vendor: Option<u32>,
    /// Its node.
    pub(super) node: NodeIndex,
}

/// One step along a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hop {
    /// The block that depends.
    pub block: GraphBlockId,
    /// Index of the dependency in the block, from 0.
    pub dependency: usize,
}

/// The target of a dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DependencyTarget {
    /// At least one block can serve it.
    Served,
    /// The block itself.
    Itself,
    /// Unknown, because a block of that name could not be read or is not supported.
    Unreadable,
    /// No vendor has a block of that name.
    Unknown,
    /// Only other vendors have blocks of that name.
    OtherVendor,
    /// Only local or ACTIVATION blocks, which a token cannot draw on.
    NotDrawable,
    /// Only UPGRADE blocks; the EXCLUSIVE block that they add to is missing.
    OnlyUpgrades,
    /// Only blocks for older versions.
    TooOld,
}

impl DependencyTarget {
    /// Returns true if a block serves the dependency.
    #[must_use]
    pub fn is_served(self) -> bool {
        self == Self::Served
    }

    /// Returns true if it is certain that no other block serves the dependency.
    fn is_unserved(self) -> bool {
        !matches!(self, Self::Served | Self::Itself | Self::Unreadable)
    }
}

/// Equal unserved dependencies, which form a single fault.
#[derive(Debug, Clone)]
pub struct Unserved {
    /// The cause.
    pub target: DependencyTarget,
    /// The places in file order; never empty.
    pub places: Vec<Hop>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// A TOKEN_DEPENDENCY, by its index in the block.
    Need(u32),
    /// From a name to a block of that name.
    Choice,
}

/// The dependency graph.
#[derive(Debug)]
pub struct Graph<'a> {
    pub(super) blocks: Vec<GraphBlock<'a>>,
    /// Index in `names` of the name of each block; `None` without VENDOR.
    pub(super) block_names: Vec<Option<u32>>,
    pub(super) names: Vec<FeatureGroup<'a>>,
    /// Index in `names` by vendor and name, except for the first vendor of each name. Empty for most files.
    pub(super) other_vendors: NameMap<(&'a str, &'a str), usize>,
    /// First and last index in `names` by name, regardless of vendor. Entries between them are linked by `next_vendor`.
    pub(super) by_name: NameMap<&'a str, (u32, u32)>,
    /// Names that may be defined in unreadable text.
    pub(super) unreadable: HashSet<&'a str>,
    /// True if a file was read incompletely, so a missing name proves nothing.
    pub(super) cut: bool,
    /// Block nodes first, by index, then name nodes.
    pub(super) net: DiGraph<(), Step>,
    /// Targets of all dependencies, block after block.
    pub(super) targets: Vec<DependencyTarget>,
    /// For every dependency, the index in `names` of the vendor's blocks of that name, if there are any.
    pub(super) target_names: Vec<Option<u32>>,
    /// Index of the first target of each block.
    pub(super) first_target: Vec<usize>,
    /// The nodes outside cycles, dependencies first.
    pub(super) order: Vec<NodeIndex>,
    /// The strongly connected components with cycles.
    pub(super) components: Vec<Vec<NodeIndex>>,
}

impl<'a> Graph<'a> {
    /// All sound blocks, in file order.
    #[must_use]
    pub fn blocks(&self) -> &[GraphBlock<'a>] {
        &self.blocks
    }

    /// All names of sound blocks, in order of first appearance.
    #[must_use]
    pub fn names(&self) -> &[FeatureGroup<'a>] {
        &self.names
    }

    /// Returns the block with this handle.
    #[must_use]
    pub fn block(&self, id: GraphBlockId) -> Option<&GraphBlock<'a>> {
        self.blocks.get(id.index())
    }

    /// Returns the blocks of a vendor and name.
    #[must_use]
    pub fn named(&self, vendor: &str, name: &str) -> Option<&FeatureGroup<'a>> {
        self.names.get(self.name_at(vendor, name)?)
    }

    /// Returns the index of a vendor and name in [`Self::names`].
    #[must_use]
    pub fn name_at(&self, vendor: &str, name: &str) -> Option<usize> {
        let first = self.by_name.get(name).map(|(first, _)| *first as usize)?;
        let is_first = self.names.get(first).is_some_and(|named| named.vendor.as_str() == vendor);
        if is_first { Some(first) } else { self.other_vendors.get(&(vendor, name)).copied() }
    }

    /// Returns the blocks of the vendor and name of a block.
    #[must_use]
    pub fn name_of(&self, id: GraphBlockId) -> Option<&FeatureGroup<'a>> {
        self.names.get(self.name_at_block(id)?)
    }

    /// Returns the index in [`Self::names`] of the vendor and name of a block.
    #[must_use]
    pub fn name_at_block(&self, id: GraphBlockId) -> Option<usize> {
        self.block_names.get(id.index()).copied().flatten().map(|at| at as usize)
    }

    /// Returns the blocks of a name, one entry per vendor.
    pub fn vendors_of(&self, name: &str) -> impl Iterator<Item = &FeatureGroup<'a>> {
        let at = |place: u32| self.names.get(place as usize);
        let first = self.by_name.get(name).and_then(|(first, _)| at(*first));
        std::iter::successors(first, move |named| named.next_vendor.and_then(at))
    }

    /// Returns the blocks of a name that can serve a checkout, in file order.
    pub fn providers<'s>(&'s self, named: &'s FeatureGroup<'a>) -> impl Iterator<Item = &'s GraphBlock<'a>> {
        named.blocks.iter().filter_map(|id| self.block(*id)).filter(|block| block.serves())
    }

    /// Returns the dependency of a hop.
    #[must_use]
    pub fn dependency(&self, hop: Hop) -> Option<&'a Dependency> {
        self.block(hop.block)?.feature.dependencies.get(hop.dependency)
    }

    /// Returns all dependencies of a block with their targets.
    pub fn needs(&self, id: GraphBlockId) -> impl Iterator<Item = (Hop, &'a Dependency, DependencyTarget)> {
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

    /// Returns the index in [`Self::names`] of each dependency of a block, or `None` for a name without blocks of the same
    /// vendor.
    pub fn names_of_needs(&self, id: GraphBlockId) -> impl Iterator<Item = Option<usize>> {
        let count = self.block(id).map_or(0, |block| block.feature.dependencies.len());
        let start = self.first_target.get(id.index()).copied().unwrap_or(usize::MAX);
        let names = self.target_names.get(start..).unwrap_or_default().iter().take(count);
        names.map(|name| name.map(|name| name as usize))
    }

    /// Returns the blocks that can serve a dependency of `block`, in file order, among the first 1,000 of their name.
    pub fn serving<'s>(
        &'s self,
        block: &GraphBlock<'a>,
        dependency: &'s Dependency,
    ) -> impl Iterator<Item = &'s GraphBlock<'a>> {
        self.named(block.vendor(), dependency.feature.value.as_str())
            .into_iter()
            .flat_map(|named| self.providers(named).take(1000))
            .filter(|provider| provider.feature.version >= dependency.version)
    }

    /// Returns true if unreadable text may define the name, so its absence proves nothing.
    #[must_use]
    pub fn may_be_unread(&self, name: &str) -> bool {
        self.cut || self.unreadable.contains(name)
    }

    /// Returns true if all files were read completely.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.cut && self.unreadable.is_empty()
    }

    /// Returns the unserved dependencies, with equal ones grouped, in order of first appearance. Dependencies with an
    /// unreadable target are skipped.
    #[must_use]
    pub fn unserved(&self) -> Vec<Unserved> {
        let mut found: Vec<Unserved> = Vec::new();
        if !self.targets.iter().any(|target| target.is_unserved()) {
            return found;
        }
        let mut known: HashMap<(DependencyTarget, &str, &str, Version), usize> = HashMap::new();
        for block in &self.blocks {
            for (hop, dependency, target) in self.needs(block.id) {
                if !target.is_unserved() {
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
