//! Compiles licenses into a [`Model`]: removes duplicate blocks and computes the order in which blocks are tried. The
//! dependency graph groups the blocks by vendor and name, and resolves the dependencies.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use crate::graph::{self, Graph, Metrics};
use keywright_license::{
    Condition, Count, DIRECTIVES, Effect, Feature, Kind, License, Name, Payment, Period, Replaces, Reserved,
    Share,
};
use keywright_syntax::effort;
use keywright_syntax::source::Spanned;

use super::block::{Block, Edge, Meter, RareTerms, Replaced, SharedBy, UNLIMITED};
use super::fast_hash::NameMap;
use super::index_vec::{BlockId, Index, IndexVec, NameId, TargetId};
use super::model::{Model, ModelError, Notice};
use super::semantics::MAX_COMPETING_BLOCKS;
use super::topology;

/// A block with the number of its license, and the license that it was read from.
type NumberedFeature<'a> = (usize, &'a License, &'a Feature);

impl Model {
    /// Compiles the sound blocks of the licenses, in file order. Of blocks with equal names and directives (except KEY),
    /// the first counts; the others have the role [`Role::DuplicateOf`](crate::Role::DuplicateOf).
    ///
    /// # Errors
    /// Returns an error for a dependency cycle, a chain longer than 16, or a shared token with a shared dependency.
    pub fn compile<'a>(licenses: impl IntoIterator<Item = &'a License>) -> Result<Self, ModelError> {
        compile(licenses)
    }

    /// As [`Self::compile`], of some blocks: each with the number of its license, the license that it was read from, and
    /// in the order of the files.
    pub fn compile_blocks<'a>(
        blocks: impl IntoIterator<Item = (usize, &'a License, &'a Feature)>,
    ) -> Result<Self, ModelError> {
        compile_blocks(&blocks.into_iter().collect::<Vec<_>>())
    }

    /// Compiles all blocks of a dependency graph, duplicates included. The block at each index of the graph has the same
    /// index in the model; see [`Self::block`]. Blocks that [`Self::compile`] would reject, and the blocks that depend on
    /// them, refuse every request; see [`Self::is_modelled`].
    #[must_use]
    pub fn of_graph(graph: &Graph<'_>, metrics: &Metrics) -> Self {
        compile_graph(graph, metrics)
    }

    /// Returns the block at an index of the graph from which the model was compiled.
    #[must_use]
    pub fn block(&self, index: usize) -> Option<BlockId> {
        (index < self.blocks.len()).then(|| BlockId::of(index))
    }

    /// Returns false if a block refuses every request because the resolver does not model it.
    #[must_use]
    pub fn is_modelled(&self, block: BlockId) -> bool {
        self.blocks.get(block).supported
    }
}

fn compile<'a>(licenses: impl IntoIterator<Item = &'a License>) -> Result<Model, ModelError> {
    let licenses: Vec<&License> = licenses.into_iter().collect();
    let numbered = licenses.iter().enumerate();
    let blocks =
        numbered.flat_map(|(index, license)| license.features.iter().map(move |it| (index, *license, it)));
    build(&blocks.collect::<Vec<_>>(), &licenses)
}

/// As [`compile`], of some blocks of licenses that have no errors.
fn compile_blocks(blocks: &[NumberedFeature<'_>]) -> Result<Model, ModelError> {
    build(blocks, &[])
}

fn build(blocks: &[NumberedFeature<'_>], licenses: &[&License]) -> Result<Model, ModelError> {
    effort::spend_on(blocks.len());
    let graph = Graph::of_blocks(&usable_blocks(blocks));
    let mut builder = Builder::new(&graph);
    for license in licenses {
        builder.note_broken(license);
    }
    let mut model = builder.finish();
    let counted = graph.blocks().iter().filter(|block| block.copy_of.is_none());
    model.notices = counted.flat_map(notices).collect();
    topology::check(&mut model, &graph)?;
    Ok(model)
}

/// Compiles all blocks of a graph. Blocks that [`compile`] would reject, and the blocks that depend on them, refuse every
/// request.
pub(super) fn compile_graph(graph: &Graph<'_>, measures: &Metrics) -> Model {
    effort::spend_on(graph.blocks().len());
    let mut model = Builder::new(graph).finish();
    topology::leave_out(&mut model, graph, measures);
    model
}

/// Returns the usable blocks in order.
fn usable_blocks<'a>(blocks: &[NumberedFeature<'a>]) -> Vec<NumberedFeature<'a>> {
    let usable = |feature: &Feature| feature.condition != Condition::Malformed && feature.vendor.is_some();
    blocks.iter().copied().filter(|(_, _, feature)| usable(feature)).collect()
}

struct Builder<'g, 'a> {
    graph: &'g Graph<'a>,
    model: Model,
    /// The targets of dependencies without blocks, by vendor and name. They follow the targets with blocks, which have the
    /// indices of their names in the graph.
    missing: HashMap<(&'g str, NameId), TargetId>,
    /// The names by their index in the graph.
    known: Vec<Option<NameId>>,
    /// The vendor of the last block.
    vendor: Option<Arc<Name>>,
}

impl<'g, 'a> Builder<'g, 'a> {
    fn new(graph: &'g Graph<'a>) -> Self {
        let targets = IndexVec::with_len(graph.names().len());
        // Exact room, because these tables are large in a file with 100,000 blocks.
        let names = IndexVec::with_capacity(graph.names().len());
        let blocks = IndexVec::with_capacity(graph.blocks().len());
        let by_name = NameMap::with_capacity_and_hasher(graph.names().len(), Default::default());
        let model = Model { targets, names, blocks, by_name, ..Model::default() };
        let known = vec![None; graph.names().len()];
        let mut builder = Self { graph, model, missing: HashMap::new(), known, vendor: None };
        for block in graph.blocks() {
            builder.add_block(block);
        }
        builder
    }

    fn finish(mut self) -> Model {
        self.link();
        self.arrange();
        self.model
    }

    /// Returns the index of a name, given its index in the graph.
    fn name_at(&mut self, at: Option<usize>, name: &Name) -> NameId {
        let Some(at) = at else { return self.name(name) };
        if let Some(known) = self.known.get(at).copied().flatten() {
            return known;
        }
        let id = self.name(name);
        if let Some(slot) = self.known.get_mut(at) {
            *slot = Some(id);
        }
        id
    }

    fn name(&mut self, name: &Name) -> NameId {
        if let Some(known) = self.model.by_name.get(name) {
            return *known;
        }
        let id =
            self.model.names.push(super::model::NameRow { text: Some(name.clone()), ..Default::default() });
        self.model.by_name.insert(name.clone(), id);
        id
    }

    /// Returns the target of a name of a vendor, given its index in the graph.
    fn target(&mut self, vendor: &'g str, name: NameId, at: Option<usize>) -> TargetId {
        let id = match at.or_else(|| self.missing.get(&(vendor, name)).map(|known| known.row())) {
            Some(at) => TargetId::of(at),
            None => {
                let id = self.model.targets.push(super::model::Target::default());
                self.missing.insert((vendor, name), id);
                id
            }
        };
        self.model.targets.get_mut(id).name = name;
        id
    }

    fn add_block(&mut self, block: &'g graph::GraphBlock<'a>) {
        let (feature, vendor) = (block.feature, block.vendor());
        let at = self.graph.name_at_block(block.id);
        let name = self.name_at(at, &feature.name.value);
        let target = self.target(vendor, name, at);
        let blocks = &self.model.names.get(name).blocks;
        let copy_of = block.copy_of.map(|first| BlockId::of(first.index()));
        let ordinal = copy_of.map_or_else(
            || u32::try_from(blocks.len()).unwrap_or(u32::MAX).saturating_add(1),
            |first| self.model.blocks.get(first).ordinal,
        );
        let row = Block { ordinal, copy_of, ..read_block(name, target, block.file, feature) };
        let graph = self.graph;
        let edges = feature
            .dependencies
            .iter()
            .zip(graph.names_of_needs(block.id))
            .map(|(dependency, at)| {
                let name = self.name_at(at, &dependency.feature.value);
                let target = self.target(vendor, name, at);
                self.model.targets.get_mut(target).needed = true;
                Edge { target, version: pack(dependency.version), count: u64::from(dependency.count) }
            })
            .collect();
        let id = self.model.blocks.push(Block { edges, ..row });
        if copy_of.is_some() {
            return;
        }
        self.model.names.get_mut(name).blocks.push(id);
        let row = self.model.targets.get_mut(target);
        row.blocks.push(id);
        if row.vendor.is_none() {
            if self.vendor.as_ref().is_none_or(|last| **last != *vendor) {
                self.vendor = feature.vendor.as_ref().map(|vendor| Arc::new(vendor.value.clone()));
            }
            row.vendor.clone_from(&self.vendor);
        }
    }

    /// Records the names of unusable blocks, so that a request for them is not reported as "no such feature".
    fn note_broken(&mut self, license: &License) {
        let malformed = license
            .features
            .iter()
            .filter(|feature| feature.condition == Condition::Malformed)
            .map(|feature| &feature.name.value);
        let broken = license.broken.iter().filter_map(|block| block.name.as_ref()).map(|name| &name.value);
        let names: Vec<Name> = malformed.chain(broken).cloned().collect();
        for name in names {
            let id = self.name(&name);
            self.model.names.get_mut(id).broken = true;
        }
    }

    /// Resolves the references of REPLACES.
    fn link(&mut self) {
        let graph = self.graph;
        let by_key = LazyCell::new(|| by_key(graph));
        for (block, row) in graph.blocks().iter().zip(0..) {
            let Some(replaces) = block.feature.terms().replaces.as_ref().filter(|_| block.copy_of.is_none())
            else {
                continue;
            };
            let id = BlockId::of(row);
            let found = match &replaces.value {
                Replaces::Feature(name) => self.replaced_target(block.vendor(), name).map(Replaced::Target),
                Replaces::Key(key) => by_key.get(key.as_str()).map(|block| Replaced::Block(*block)),
            };
            match found {
                Some(Replaced::Target(target)) => {
                    self.model.targets.get_mut(target).lists_mut().replacers.push(id);
                }
                Some(Replaced::Block(block)) => {
                    self.model.blocks.get_mut(block).terms_mut().replaced_by.push(id);
                }
                Some(Replaced::Nothing) | None => continue,
            }
            self.model.blocks.get_mut(id).terms_mut().replaces = found.unwrap_or(Replaced::Nothing);
        }
    }

    fn replaced_target(&self, vendor: &'g str, name: &Name) -> Option<TargetId> {
        let at = self.graph.name_at(vendor, name.as_str()).map(TargetId::of);
        at.or_else(|| self.missing.get(&(vendor, *self.model.by_name.get(name)?)).copied())
    }

    /// Computes the order in which blocks of a name are tried: EXCLUSIVE first, then file order. All METERED blocks of
    /// one vendor are one entry, at the position of the first. UPGRADE blocks are part of their EXCLUSIVE block.
    fn arrange(&mut self) {
        let rows: Vec<(BlockId, NameId, TargetId, Kind, bool)> = self
            .model
            .blocks
            .iter()
            .filter(|(_, block)| block.copy_of.is_none())
            .map(|(id, block)| (id, block.name, block.target, block.kind, block.shared.any()))
            .collect();
        for exclusive in [true, false] {
            for (id, name, target, kind, shared) in &rows {
                if (*kind == Kind::Exclusive) == exclusive {
                    self.place(*id, *name, *target, *kind, *shared);
                }
            }
        }
        let reserves = |block: &Block| block.terms().reserved_user > 0 || block.terms().reserved_host > 0;
        self.model.reserves = self.model.blocks.iter().any(|(_, block)| reserves(block));
        let is_dated = |block: &Block| block.start.is_some() || block.end.is_some();
        self.model.dates = self.model.blocks.iter().any(|(_, block)| is_dated(block));
        let metered = rows.iter().filter(|(_, _, _, kind, _)| *kind == Kind::Metered);
        self.model.metered = metered.map(|(id, ..)| *id).collect();
        let blocks = &self.model.blocks;
        for target in (0..self.model.targets.len()).map(TargetId::of) {
            if self.model.targets.get(target).lists().lots.is_empty() {
                continue;
            }
            let lists = self.model.targets.get_mut(target).lists_mut();
            let mut lots = std::mem::take(&mut lists.lots);
            lots.sort_by_key(|lot| {
                let end = blocks.get(*lot).end;
                (end.is_none(), end, *lot)
            });
            let version = |lot: &&BlockId| blocks.get(**lot).version;
            let newest = lots.iter().max_by_key(version).copied();
            let mut versions: Vec<u32> = lots.iter().map(|lot| version(&lot)).collect();
            versions.sort_unstable();
            versions.dedup();
            (lists.newest_lot, lists.lot_versions, lists.lots) = (newest, versions, lots);
        }
        self.arrange_lots();
    }

    /// Numbers the lots of each name, and records the days on which they come into force and expire.
    fn arrange_lots(&mut self) {
        for target in (0..self.model.targets.len()).map(TargetId::of) {
            for (number, lot) in (0..).zip(self.model.targets.get(target).lists().lots.clone()) {
                self.model.blocks.get_mut(lot).terms_mut().lot = number;
            }
            // Names with more replacing blocks are rejected later.
            let row = self.model.targets.get(target);
            if !row.lists().lots.is_empty() && row.lists().replacers.len() <= MAX_COMPETING_BLOCKS {
                let turns = lot_turns(&self.model, target);
                self.model.targets.get_mut(target).lists_mut().turns = turns;
            }
        }
    }

    fn place(&mut self, id: BlockId, name: NameId, target: TargetId, kind: Kind, shared: bool) {
        let name = self.model.names.get_mut(name);
        let target = self.model.targets.get_mut(target);
        match kind {
            Kind::Upgrade => {
                target.lists_mut().upgrades.push(id);
                return;
            }
            Kind::Exclusive => target.exclusives += 1,
            Kind::Metered => {
                let lots = &mut target.lists_mut().lots;
                lots.push(id);
                if lots.len() > 1 {
                    return;
                }
            }
            Kind::Additive | Kind::Token | Kind::Activation | Kind::Local => {}
        }
        name.order.push(id);
        name.shared |= shared;
        target.order.push(id);
        target.shared |= shared;
    }
}

/// Returns the first block with each KEY. Only few files have a REPLACES that needs it.
fn by_key<'g>(graph: &'g Graph<'_>) -> HashMap<Cow<'g, str>, BlockId> {
    let mut by_key = HashMap::new();
    for block in graph.blocks() {
        if let Some(key) = block.license.key(block.feature) {
            by_key.entry(key).or_insert(BlockId::of(block.copy_of.unwrap_or(block.id).index()));
        }
    }
    by_key
}

/// Returns the directives of a block that the resolver does not model.
fn notices<'g>(block: &'g graph::GraphBlock<'_>) -> impl Iterator<Item = Notice> + 'g {
    let (license, feature) = (block.file, block.feature);
    let written: HashSet<&str> = block.license.records(feature).map(|(name, _)| name).collect();
    let not_modelled = DIRECTIVES.iter().filter(|row| row.effect == Effect::Server).map(|row| row.name);
    let directives = not_modelled.filter(move |directive| written.contains(directive));
    let permits = [
        (Share::Virtual, "SHARE=VIRTUAL"),
        (Share::Cloud, "SHARE=CLOUD"),
        (Share::TerminalServer, "SHARE=TERMINALSERVER"),
        (Share::Single, "SHARE=SINGLE"),
    ];
    let shares = permits.into_iter().filter(|(share, _)| feature.shares(*share)).map(|(_, text)| text);
    directives.chain(shares).map(move |directive| Notice {
        license,
        feature: feature.name.value.clone(),
        span: feature.span,
        directive,
    })
}

fn read_block(name: NameId, target: TargetId, license: usize, feature: &Feature) -> Block {
    let capacity = feature.count.map_or(0, |count| match count.value {
        Count::Limited(n) => u64::from(n),
        Count::Unlimited => UNLIMITED,
    });
    Block {
        name,
        target,
        kind: feature.kind,
        supported: feature.condition == Condition::Sound,
        version: pack(feature.version),
        capacity: if feature.kind == Kind::Metered && feature.count.is_none() { UNLIMITED } else { capacity },
        start: feature.start.map(|date| date.value),
        end: feature.end.map(|date| date.value),
        shared: shared_by(feature),
        rare: read_terms(feature),
        license: u32::try_from(license).unwrap_or(u32::MAX),
        span: feature.span,
        ..Block::default()
    }
}

/// The values that few blocks have; `None` if the block has none of them.
fn read_terms(feature: &Feature) -> Option<Box<RareTerms>> {
    let terms = feature.terms();
    let reserved = |reserved: Option<Spanned<Reserved>>| match reserved.map(|it| it.value) {
        None => 0,
        Some(Reserved::Some(n)) => u64::from(n),
        Some(Reserved::All) => UNLIMITED,
    };
    let terms = RareTerms {
        softlimit: terms.softlimit.map(|it| u64::from(it.value)),
        hold: terms.hold.map_or(0, |it| i64::from(it.value)),
        min_checkout: terms.min_checkout.map_or(0, |it| i64::from(it.value)),
        borrow: terms.borrow.map(|it| it.value),
        reserved_user: reserved(terms.userbased),
        reserved_host: reserved(terms.hostbased),
        meter: (feature.kind == Kind::Metered).then(|| read_meter(feature)),
        ..RareTerms::NONE
    };
    (terms != RareTerms::NONE).then(|| Box::new(terms))
}

/// SHARE applies to pools and tokens; ACTIVATION, METERED and UPGRADE blocks have no share groups.
fn shared_by(feature: &Feature) -> SharedBy {
    if !matches!(feature.kind, Kind::Exclusive | Kind::Additive | Kind::Token) {
        return SharedBy::default();
    }
    SharedBy {
        user: feature.shares(Share::User),
        host: feature.shares(Share::Host),
        custom: feature.shares(Share::Custom),
    }
}

fn read_meter(feature: &Feature) -> Meter {
    let Some(metered) = &feature.metered else {
        return Meter::default();
    };
    let period = metered.period.map_or(Period::Month, |period| period.value);
    let mut tiers: Vec<_> = metered.tiers.iter().map(|tier| tier.value).collect();
    tiers.sort_by_key(|tier| tier.from);
    Meter {
        currency: metered.price.or(metered.funds).map(|money| money.value.currency),
        minimum: metered.minimum.map_or(0, |minimum| minimum.value),
        tiers,
        funds: metered.funds.map(|funds| funds.value.amount),
        price: metered.price.map(|price| price.value.amount),
        postpaid: (metered.payment == Payment::Postpaid).then_some(period),
    }
}

/// Encodes a version as one number with the same order.
pub(super) fn pack(version: keywright_license::Version) -> u32 {
    u32::from(version.major) << 16 | u32::from(version.minor)
}

/// The days on which lots begin or end to be in force, each with the place of the lot, in order.
fn lot_turns(model: &Model, target: TargetId) -> Vec<(Date, u32)> {
    let row = model.targets.get(target);
    let mut turns = Vec::new();
    for (number, lot) in (0..).zip(&row.lists().lots) {
        let block = model.blocks.get(*lot);
        let others = row.lists().replacers.iter().chain(&block.terms().replaced_by);
        for block in std::iter::once(lot).chain(others).map(|block| model.blocks.get(*block)) {
            let after = block.end.and_then(|end| end.tomorrow().ok());
            turns.extend([block.start, after].into_iter().flatten().map(|day| (day, number)));
        }
    }
    turns.sort_unstable();
    turns.dedup();
    turns
}
