//! Compiles licenses into a [`Model`]: resolves names to indices, removes duplicate blocks and computes the order in
//! which blocks are tried.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use keywright_license::{
    Condition, Count, Feature, Kind, License, Name, Payment, Period, Replaces, Reserved, Share,
};
use keywright_syntax::effort;

use super::block::{Block, Edge, Meter, Replaced, SharedBy, UNLIMITED};
use super::index_vec::{BlockId, NameId, TargetId};
use super::model::{Model, ModelError, Notice};
use super::topology;

/// Directives that restrict who is served but are enforced by the license server, not by the resolver.
const NOT_MODELLED: [&str; 6] =
    ["HAL_SERVERS", "GRACE", "SYSTEMCLOCKCHECK", "PLATFORMS", "TIME_ZONES", "HOSTID"];

/// A block with the number of its license, and the license that it was read from.
type Numbered<'a> = (usize, &'a License, &'a Feature);

impl Model {
    /// Compiles the sound blocks of the licenses, in file order. Blocks with equal names and directives (except KEY)
    /// count once.
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
}

fn compile<'a>(licenses: impl IntoIterator<Item = &'a License>) -> Result<Model, ModelError> {
    let licenses: Vec<&License> = licenses.into_iter().collect();
    let numbered = licenses.iter().enumerate();
    let blocks =
        numbered.flat_map(|(index, license)| license.features.iter().map(move |it| (index, *license, it)));
    build(&blocks.collect::<Vec<_>>(), &licenses)
}

/// As [`compile`], of some blocks of licenses that have no errors.
fn compile_blocks(blocks: &[Numbered<'_>]) -> Result<Model, ModelError> {
    build(blocks, &[])
}

fn build(blocks: &[Numbered<'_>], licenses: &[&License]) -> Result<Model, ModelError> {
    effort::spend_on(blocks.len());
    let mut builder = Builder::default();
    let taken = distinct_blocks(blocks);
    for (index, license, feature) in &taken {
        builder.add_block(*index, license, feature);
    }
    for license in licenses {
        builder.note_broken(license);
    }
    builder.link(&taken);
    builder.arrange();
    let mut model = builder.model;
    topology::check(&mut model)?;
    Ok(model)
}

/// The blocks that can be used, in order, each payload once.
fn distinct_blocks<'a>(blocks: &[Numbered<'a>]) -> Vec<Numbered<'a>> {
    let usable = |feature: &Feature| feature.condition != Condition::Malformed && feature.vendor.is_some();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for (_, _, feature) in blocks {
        *times.entry(feature.name.value.as_str()).or_default() += 1;
    }
    let mut seen = HashSet::new();
    let mut taken = Vec::new();
    for (index, license, feature) in blocks.iter().copied().filter(|(_, _, feature)| usable(feature)) {
        let once = times.get(feature.name.value.as_str()) == Some(&1);
        if once || seen.insert(payload(license, feature)) {
            taken.push((index, license, feature));
        }
    }
    taken
}

/// The identity of a block: its name and all directives except KEY, ordered by directive name.
fn payload<'a>(license: &'a License, feature: &'a Feature) -> (&'a str, Vec<(&'a str, Cow<'a, str>)>) {
    let mut records: Vec<_> = license.records(feature).filter(|(name, _)| *name != "KEY").collect();
    records.sort_by_key(|(name, _)| *name);
    (feature.name.value.as_str(), records)
}

#[derive(Default)]
struct Builder {
    model: Model,
    vendors: HashMap<Name, u32>,
    targets: HashMap<(u32, NameId), TargetId>,
    by_key: HashMap<String, BlockId>,
}

impl Builder {
    fn name(&mut self, name: &Name) -> NameId {
        if let Some(known) = self.model.by_name.get(name) {
            return *known;
        }
        let id =
            self.model.names.push(super::model::NameRow { text: Some(name.clone()), ..Default::default() });
        self.model.by_name.insert(name.clone(), id);
        id
    }

    fn vendor(&mut self, feature: &Feature) -> u32 {
        let next = u32::try_from(self.vendors.len()).unwrap_or(u32::MAX);
        feature
            .vendor
            .as_ref()
            .map_or(next, |vendor| *self.vendors.entry(vendor.value.clone()).or_insert(next))
    }

    fn target(&mut self, vendor: u32, name: NameId) -> TargetId {
        if let Some(known) = self.targets.get(&(vendor, name)) {
            return *known;
        }
        let id = self.model.targets.push(super::model::Target { name, ..Default::default() });
        self.targets.insert((vendor, name), id);
        id
    }

    fn add_block(&mut self, license: usize, file: &License, feature: &Feature) {
        let name = self.name(&feature.name.value);
        let vendor = self.vendor(feature);
        let target = self.target(vendor, name);
        let blocks = &self.model.names.get(name).blocks;
        let block = Block {
            ordinal: u32::try_from(blocks.len()).unwrap_or(u32::MAX).saturating_add(1),
            ..read_block(name, target, license, feature)
        };
        let edges = feature
            .dependencies
            .iter()
            .map(|dependency| {
                let name = self.name(&dependency.feature.value);
                Edge {
                    target: self.target(vendor, name),
                    version: pack(dependency.version),
                    count: u64::from(dependency.count),
                }
            })
            .collect();
        let span = block.span;
        let id = self.model.blocks.push(Block { edges, ..block });
        self.model.by_place.insert((license, span), id);
        self.model.names.get_mut(name).blocks.push(id);
        if let Some(key) = &feature.key {
            self.by_key.entry(key.value.to_string()).or_insert(id);
        }
        self.notice(license, file, feature);
    }

    fn notice(&mut self, license: usize, file: &License, feature: &Feature) {
        let written: HashSet<&str> = file.records(feature).map(|(name, _)| name).collect();
        let directives = NOT_MODELLED.into_iter().filter(|directive| written.contains(directive));
        let permits = [
            (Share::Virtual, "SHARE=VIRTUAL"),
            (Share::Cloud, "SHARE=CLOUD"),
            (Share::TerminalServer, "SHARE=TERMINALSERVER"),
            (Share::Single, "SHARE=SINGLE"),
        ];
        let shares = permits.into_iter().filter(|(share, _)| feature.shares(*share)).map(|(_, text)| text);
        let notices = directives.chain(shares).map(|directive| Notice {
            license,
            feature: feature.name.value.clone(),
            span: feature.span,
            directive,
        });
        self.model.notices.extend(notices);
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

    /// Resolves what REPLACES names.
    fn link(&mut self, taken: &[Numbered<'_>]) {
        let ids: Vec<BlockId> = self.model.blocks.iter().map(|(id, _)| id).collect();
        for (id, (_, _, feature)) in ids.into_iter().zip(taken) {
            let Some(replaces) = &feature.replaces else {
                continue;
            };
            let found = match &replaces.value {
                Replaces::Feature(name) => {
                    let vendor = self.vendor(feature);
                    let name = self.model.by_name.get(name).copied();
                    name.and_then(|name| self.targets.get(&(vendor, name)))
                        .map(|target| Replaced::Target(*target))
                }
                Replaces::Key(key) => self.by_key.get(key).map(|block| Replaced::Block(*block)),
            };
            match found {
                Some(Replaced::Target(target)) => self.model.targets.get_mut(target).replacers.push(id),
                Some(Replaced::Block(block)) => self.model.blocks.get_mut(block).replaced_by.push(id),
                Some(Replaced::Nothing) | None => continue,
            }
            self.model.blocks.get_mut(id).replaces = found.unwrap_or(Replaced::Nothing);
        }
    }

    /// Computes the order in which blocks of a name are tried: EXCLUSIVE first, then file order. All METERED blocks of
    /// one vendor are one entry, at the position of the first. UPGRADE blocks are part of their EXCLUSIVE block.
    fn arrange(&mut self) {
        let rows: Vec<(BlockId, NameId, TargetId, Kind, bool)> = self
            .model
            .blocks
            .iter()
            .map(|(id, block)| (id, block.name, block.target, block.kind, block.shared.any()))
            .collect();
        for exclusive in [true, false] {
            for (id, name, target, kind, shared) in &rows {
                if (*kind == Kind::Exclusive) == exclusive {
                    self.place(*id, *name, *target, *kind, *shared);
                }
            }
        }
        let reserves = |block: &Block| block.reserved_user > 0 || block.reserved_host > 0;
        self.model.reserves = self.model.blocks.iter().any(|(_, block)| reserves(block));
        let is_dated = |block: &Block| block.start.is_some() || block.end.is_some();
        self.model.dates = self.model.blocks.iter().any(|(_, block)| is_dated(block));
        let metered = rows.iter().filter(|(_, _, _, kind, _)| *kind == Kind::Metered);
        self.model.metered = metered.map(|(id, ..)| *id).collect();
        let blocks = &self.model.blocks;
        for target in (0..self.model.targets.len()).map(super::index_vec::Index::of) {
            let target: TargetId = target;
            let mut lots = std::mem::take(&mut self.model.targets.get_mut(target).lots);
            lots.sort_by_key(|lot| {
                let end = blocks.get(*lot).end;
                (end.is_none(), end, *lot)
            });
            let version = |lot: &&BlockId| blocks.get(**lot).version;
            let newest = lots.iter().max_by_key(version).copied();
            let mut versions: Vec<u32> = lots.iter().map(|lot| version(&lot)).collect();
            versions.sort_unstable();
            versions.dedup();
            let row = self.model.targets.get_mut(target);
            (row.newest_lot, row.lot_versions, row.lots) = (newest, versions, lots);
        }
        self.arrange_lots();
    }

    /// Numbers the lots of each name, and notes when they begin and end to be in force.
    fn arrange_lots(&mut self) {
        for target in (0..self.model.targets.len()).map(super::index_vec::Index::of) {
            let target: TargetId = target;
            for (number, lot) in (0..).zip(self.model.targets.get(target).lots.clone()) {
                self.model.blocks.get_mut(lot).lot = number;
            }
            let turns = lot_turns(&self.model, target);
            self.model.targets.get_mut(target).turns = turns;
        }
    }

    fn place(&mut self, id: BlockId, name: NameId, target: TargetId, kind: Kind, shared: bool) {
        let name = self.model.names.get_mut(name);
        let target = self.model.targets.get_mut(target);
        match kind {
            Kind::Upgrade => {
                target.upgrades.push(id);
                return;
            }
            Kind::Exclusive => target.exclusives.push(id),
            Kind::Metered => {
                target.lots.push(id);
                if target.lots.len() > 1 {
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

fn read_block(name: NameId, target: TargetId, license: usize, feature: &Feature) -> Block {
    let capacity = feature.count.map_or(0, |count| match count.value {
        Count::Limited(n) => u64::from(n),
        Count::Unlimited => UNLIMITED,
    });
    let reserved =
        |reserved: Option<keywright_syntax::source::Spanned<Reserved>>| match reserved.map(|it| it.value) {
            None => 0,
            Some(Reserved::Some(n)) => u64::from(n),
            Some(Reserved::All) => UNLIMITED,
        };
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
        softlimit: feature.softlimit.map(|it| u64::from(it.value)),
        hold: feature.hold.map_or(0, |it| i64::from(it.value)),
        min_checkout: feature.min_checkout.map_or(0, |it| i64::from(it.value)),
        borrow: feature.borrow.map(|it| it.value),
        reserved_user: reserved(feature.userbased),
        reserved_host: reserved(feature.hostbased),
        meter: (feature.kind == Kind::Metered).then(|| Box::new(read_meter(feature))),
        license,
        span: feature.span,
        ..Block::default()
    }
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
    for (number, lot) in (0..).zip(&row.lots) {
        let block = model.blocks.get(*lot);
        let others = row.replacers.iter().chain(&block.replaced_by);
        for block in std::iter::once(lot).chain(others).map(|block| model.blocks.get(*block)) {
            let after = block.end.and_then(|end| end.tomorrow().ok());
            turns.extend([block.start, after].into_iter().flatten().map(|day| (day, number)));
        }
    }
    turns.sort_unstable();
    turns.dedup();
    turns
}
