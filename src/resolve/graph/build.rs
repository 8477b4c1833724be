//! Construction of the graph from license files.

use std::collections::{HashMap, HashSet};

use petgraph::graph::{DiGraph, NodeIndex};

use keywright_license::{Feature, Kind, License, Name, Version};
use keywright_syntax::codes;

use super::model::{DependencyTarget, FeatureGroup, Graph, GraphBlock, GraphBlockId, Step};

impl<'a> Graph<'a> {
    /// Builds the graph of the sound blocks of all `licenses`, in the given order.
    #[must_use]
    pub fn new(licenses: &[&'a License]) -> Self {
        let mut graph = Self::empty();
        for (file, license) in licenses.iter().enumerate() {
            for feature in license.features.iter().filter(|feature| feature.is_sound()) {
                graph.take_block(file, license, feature);
            }
            graph.take_unreadable(license);
        }
        graph.finish()
    }

    /// Builds the graph of the sound blocks that `keep` accepts; its first argument is the index of the file. Dependencies
    /// on other blocks are unserved.
    #[must_use]
    pub fn of_some(licenses: &[&'a License], keep: impl Fn(usize, &Feature) -> bool) -> Self {
        let mut graph = Self::empty();
        for (file, license) in licenses.iter().enumerate() {
            for feature in license.features.iter().filter(|feature| feature.is_sound() && keep(file, feature))
            {
                graph.take_block(file, license, feature);
            }
        }
        graph.finish()
    }

    /// Builds the graph of exactly these blocks, sound or not, each with the index of its file and its file. The block with
    /// handle `n` is the `n`th of the list.
    #[must_use]
    pub fn of_blocks(blocks: &[(usize, &'a License, &'a Feature)]) -> Self {
        let mut graph = Self::empty();
        for (file, license, feature) in blocks {
            graph.take_block(*file, license, feature);
        }
        graph.finish()
    }

    fn empty() -> Self {
        Self {
            blocks: Vec::new(),
            block_names: Vec::new(),
            names: Vec::new(),
            other_vendors: HashMap::default(),
            by_name: HashMap::default(),
            unreadable: HashSet::new(),
            cut: false,
            net: DiGraph::new(),
            targets: Vec::new(),
            target_names: Vec::new(),
            first_target: Vec::new(),
            order: Vec::new(),
            components: Vec::new(),
        }
    }

    fn finish(mut self) -> Self {
        // The table is large in a file with 100,000 blocks, and growing it copies all entries.
        self.by_name.reserve(self.blocks.len());
        for at in 0..self.blocks.len() {
            let name = self.enter_name(at);
            self.block_names.push(name);
        }
        super::copies::mark(&mut self.blocks, &self.block_names);
        for at in 0..self.blocks.len() {
            self.take_name(at);
        }
        self.take_targets();
        self.connect();
        (self.order, self.components) = super::metrics::order(&self);
        self.shrink();
        self
    }

    /// Returns unused memory, which is up to half of the tables of a large file.
    fn shrink(&mut self) {
        self.blocks.shrink_to_fit();
        self.block_names.shrink_to_fit();
        self.names.shrink_to_fit();
        self.net.shrink_to_fit();
        self.targets.shrink_to_fit();
        self.target_names.shrink_to_fit();
        self.first_target.shrink_to_fit();
    }

    fn take_block(&mut self, file: usize, license: &'a License, feature: &'a Feature) {
        let id = GraphBlockId::new(self.blocks.len());
        self.blocks.push(GraphBlock { id, license, file, feature, copy_of: None });
        self.net.add_node(());
    }

    /// Returns the index of the name of a block.
    fn enter_name(&mut self, at: usize) -> Option<u32> {
        let feature = self.blocks.get(at)?.feature;
        let vendor = feature.vendor.as_ref()?;
        u32::try_from(self.entry(&vendor.value, &feature.name.value)).ok()
    }

    /// Adds a block to its name, unless it is a duplicate.
    fn take_name(&mut self, at: usize) {
        let Some(block) = self.blocks.get(at).copied().filter(|block| block.copy_of.is_none()) else {
            return;
        };
        let at = self.name_at_block(block.id);
        if let Some(named) = at.and_then(|at| self.names.get_mut(at)) {
            named.newest = named.newest.max(block.serves().then_some(block.feature.version));
            named.only_upgrades &= block.feature.kind == Kind::Upgrade;
            named.blocks.push(block.id);
        }
    }

    fn entry(&mut self, vendor: &'a Name, name: &'a Name) -> usize {
        if let Some(known) = self.name_at(vendor.as_str(), name.as_str()) {
            return known;
        }
        let at = self.names.len();
        self.names.push(FeatureGroup {
            vendor,
            name,
            blocks: Vec::new(),
            drawn: false,
            newest: None,
            only_upgrades: true,
            next_vendor: None,
            node: NodeIndex::end(),
        });
        let place = u32::try_from(at).unwrap_or(u32::MAX);
        let (_, last) = self.by_name.entry(name.as_str()).or_insert((place, place));
        let before = std::mem::replace(last, place);
        if before != place
            && let Some(named) = self.names.get_mut(before as usize)
        {
            named.next_vendor = Some(place);
            self.other_vendors.insert((vendor.as_str(), name.as_str()), at);
        }
        at
    }

    /// Records the names in unsound blocks and unreadable text.
    fn take_unreadable(&mut self, license: &'a License) {
        let too_many = || license.diagnostics.iter().any(|found| found.code == &codes::TOO_MANY_BLOCKS);
        self.cut |= license.source.fault().is_some() || too_many();
        let unsound = license.features.iter().filter(|feature| !feature.is_sound());
        self.unreadable.extend(unsound.map(|feature| feature.name.value.as_str()));
        for broken in &license.broken {
            match &broken.name {
                Some(name) => {
                    self.unreadable.insert(name.value.as_str());
                }
                // The header may be unreadable too, so any word of the text may be the name.
                None => self.unreadable.extend(words(license.source.slice(broken.span))),
            }
        }
    }

    /// Computes the target of every dependency.
    fn take_targets(&mut self) {
        for at in 0..self.blocks.len() {
            self.first_target.push(self.targets.len());
            let Some(block) = self.blocks.get(at).copied() else { continue };
            for dependency in &block.feature.dependencies {
                let name = dependency.feature.value.as_str();
                let known = self.name_at(block.vendor(), name);
                let target = self.target(&block, name, known, dependency.version);
                self.targets.push(target);
                self.target_names.push(known.and_then(|known| u32::try_from(known).ok()));
                if let Some(named) = known.and_then(|known| self.names.get_mut(known)) {
                    named.drawn = true;
                }
            }
        }
    }

    fn target(
        &self,
        block: &GraphBlock<'a>,
        name: &str,
        known: Option<usize>,
        version: Version,
    ) -> DependencyTarget {
        let unread =
            |otherwise| if self.may_be_unread(name) { DependencyTarget::Unreadable } else { otherwise };
        let Some(named) = known.and_then(|known| self.names.get(known)) else {
            return unread(if self.by_name.contains_key(name) {
                DependencyTarget::OtherVendor
            } else {
                DependencyTarget::Unknown
            });
        };
        // DECISION: a token that names itself depends on itself, regardless of versions; see `connect`.
        if named.name == &block.feature.name.value && block.is_token() {
            return DependencyTarget::Itself;
        }
        // DECISION: a block serves a dependency if its version is not older than the requested version.
        match named.newest {
            Some(newest) if newest >= version => DependencyTarget::Served,
            Some(_) => unread(DependencyTarget::TooOld),
            None if named.only_upgrades => unread(DependencyTarget::OnlyUpgrades),
            None => unread(DependencyTarget::NotDrawable),
        }
    }

    /// Adds the edges.
    ///
    /// DECISION: cycles, chains and shared counts are found by name only, so a dependency also leads to blocks that are too
    /// old to serve it or outside their dates. The graph then does not change when a version is raised.
    ///
    /// petgraph visits the edges of a node in reverse order of insertion; adding them in reverse yields file order.
    fn connect(&mut self) {
        for named in &mut self.names {
            named.node = self.net.add_node(());
            for provider in named.blocks.iter().rev().filter_map(|id| self.blocks.get(id.index())) {
                if provider.serves() {
                    self.net.add_edge(named.node, provider.id.node(), Step::Choice);
                }
            }
        }
        for (at, block) in self.blocks.iter().enumerate() {
            let start = self.first_target.get(at).copied().unwrap_or_default();
            for place in (0..block.feature.dependencies.len()).rev() {
                if self.targets.get(start + place) != Some(&DependencyTarget::Served) {
                    continue;
                }
                let known = self.target_names.get(start + place).copied().flatten();
                if let Some(named) = known.and_then(|known| self.names.get(known as usize)) {
                    let need = Step::Need(u32::try_from(place).unwrap_or(u32::MAX));
                    self.net.add_edge(block.id.node(), named.node, need);
                }
            }
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii() && u8::try_from(c).is_ok_and(Name::allows);
    text.split(move |c| !is_name(c)).filter(|word| !word.is_empty())
}
