//! The blocks of one part of a set of licenses that can serve on one day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use keywright_license::Kind;
use keywright_resolve::{BlockId, Model, ServingBlock};

use super::components::Component;

/// The vendor and the name of a feature.
pub(super) type Key = (String, String);

/// A block that can serve.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) id: BlockId,
    pub(super) row: ServingBlock,
    /// Its dependencies: name, minimum version and number.
    pub(super) needs: Vec<(Key, u32, u64)>,
}

/// The candidates of a day, in the order in which they are tried.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) day: Date,
    /// For dependencies.
    pub(super) targets: BTreeMap<Key, Vec<Candidate>>,
    /// For requests.
    pub(super) direct: BTreeMap<String, Vec<BlockId>>,
    /// Names with SHARE and several blocks: a live share group changes the order.
    pub(super) reordered: BTreeSet<String>,
}

impl Snapshot {
    pub(super) fn of(model: &Model, names: &Component, day: Date) -> Self {
        let mut targets = BTreeMap::new();
        for target in model.targets() {
            let (vendor, name) = (model.target_vendor(target), model.name_text(model.target_name(target)));
            if names.contains(name) && !vendor.is_empty() {
                let rows = model.serving(target, day).into_iter();
                let rows = rows.map(|row| candidate(model, vendor, row)).collect();
                targets.insert((vendor.to_owned(), name.to_owned()), rows);
            }
        }
        let mut direct = BTreeMap::new();
        let mut reordered = BTreeSet::new();
        for (id, name) in model.names().filter(|(_, name)| names.contains(*name)) {
            direct.insert(name.to_owned(), model.serving_name(id, day));
            if model.blocks_of(id).len() > 1 && model.has_share(id) {
                reordered.insert(name.to_owned());
            }
        }
        Self { day, targets, direct, reordered }
    }

    pub(super) fn candidates(&self, key: &Key) -> &[Candidate] {
        self.targets.get(key).map_or(&[], Vec::as_slice)
    }

    pub(super) fn direct(&self, name: &str) -> &[BlockId] {
        self.direct.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&Key, &Candidate)> {
        self.targets.iter().flat_map(|(key, rows)| rows.iter().map(move |row| (key, row)))
    }
}

fn candidate(model: &Model, vendor: &str, row: ServingBlock) -> Candidate {
    let need = |need: &keywright_resolve::ServingNeed| {
        let name = model.name_text(model.target_name(need.target)).to_owned();
        ((vendor.to_owned(), name), need.version, need.count)
    };
    Candidate { id: row.block, needs: row.needs.iter().map(need).collect(), row }
}

impl Candidate {
    pub(super) fn is_pool(&self) -> bool {
        matches!(self.row.kind, Kind::Exclusive | Kind::Additive)
    }

    pub(super) fn is_shared(&self) -> bool {
        self.row.share.contains(&true)
    }
}
