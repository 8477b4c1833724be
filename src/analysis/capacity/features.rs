//! The features of a model, and what each draws.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;

use keywright_license::Kind;
use keywright_resolve::{
    Event, Model, NameId, Outcome, Reason, Request, Requester, State, Supply, UNLIMITED,
};

use super::result::Hosts;

/// A supply with a limit.
#[derive(Debug, Clone)]
pub(super) struct SupplyRow {
    pub(super) supply: Supply,
    pub(super) label: String,
    /// The name of the pool without the number of the block.
    pub(super) name: String,
    pub(super) size: u64,
}

/// The draws of one checkout of a feature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Demand {
    /// No checkout is ever granted.
    Never(Reason),
    /// Each checkout draws the same: amounts of supplies with a limit, by index.
    Fixed(Vec<(usize, u64)>),
    /// The draws depend on what is checked out.
    Choice,
}

/// A feature.
#[derive(Debug, Clone)]
pub(super) struct Feature {
    pub(super) id: NameId,
    pub(super) name: String,
    pub(super) is_activated: bool,
    pub(super) is_pool: bool,
    pub(super) demand: Demand,
    /// The supplies with a limit that it may draw on, by index.
    pub(super) supplies: BTreeSet<usize>,
    /// The most checkouts of which each changes the state of a supply or opens a share group.
    pub(super) changes: u64,
}

/// All features of a model on a day.
#[derive(Debug, Clone)]
pub(super) struct Features {
    /// In the order of their names in the model.
    rows: Vec<Feature>,
    pub(super) supplies: Vec<SupplyRow>,
    indices: HashMap<Supply, usize>,
    /// For each supply the features that may draw on it, by index.
    users: Vec<Vec<usize>>,
    pub(super) day: Date,
}

impl Features {
    pub(super) fn of(model: &Model, day: Date, hosts: Hosts) -> Self {
        Self::some(model, day, hosts, |_| true)
    }

    /// The features with some names.
    pub(super) fn some(model: &Model, day: Date, hosts: Hosts, keep: impl Fn(&str) -> bool) -> Self {
        let mut all =
            Self { rows: Vec::new(), supplies: Vec::new(), indices: HashMap::new(), users: Vec::new(), day };
        // Each feature leaves it as it was.
        let mut state = State::new(model, day.at(0, 0, 0, 0));
        let ids: Vec<NameId> = model.names().filter(|(_, name)| keep(name)).map(|(id, _)| id).collect();
        for id in ids {
            let blocks = model.blocks_of(id);
            if blocks.iter().any(|block| model.kind(*block) != Kind::Upgrade) {
                let row = all.feature(model, &mut state, id, hosts);
                all.rows.push(row);
            }
        }
        all.users = vec![Vec::new(); all.supplies.len()];
        for (at, row) in all.rows.iter().enumerate() {
            for supply in &row.supplies {
                if let Some(users) = all.users.get_mut(*supply) {
                    users.push(at);
                }
            }
        }
        all.mark_pools(model);
        all
    }

    /// Marks the names without a token on which other features draw.
    fn mark_pools(&mut self, model: &Model) {
        for row in &mut self.rows {
            let has_token = model.blocks_of(row.id).iter().any(|block| model.kind(*block) == Kind::Token);
            let is_drawn = row
                .supplies
                .iter()
                .any(|supply| self.users.get(*supply).is_some_and(|users| users.len() > 1));
            row.is_pool = !has_token && is_drawn;
        }
    }

    /// The features that may draw on a supply, by index.
    pub(super) fn users(&self, supply: usize) -> &[usize] {
        self.users.get(supply).map_or(&[], Vec::as_slice)
    }

    /// The later features that may draw on a supply of a feature, by index.
    pub(super) fn later_rivals(&self, one: usize) -> BTreeSet<usize> {
        let supplies = self.rows.get(one).into_iter().flat_map(|row| &row.supplies);
        let rivals = supplies.flat_map(|supply| self.users(*supply)).copied();
        rivals.filter(|other| *other > one).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Feature> {
        self.rows.get(index)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Feature> {
        self.rows.iter()
    }

    pub(super) fn position(&self, id: NameId) -> Option<usize> {
        self.rows.binary_search_by_key(&id, |row| row.id).ok()
    }

    pub(super) fn size(&self, supply: usize) -> u64 {
        self.supplies.get(supply).map_or(UNLIMITED, |row| row.size)
    }

    /// Returns true if two features may draw on one supply.
    pub(super) fn meet(&self, one: usize, other: usize) -> bool {
        match (self.rows.get(one), self.rows.get(other)) {
            (Some(one), Some(other)) => one.supplies.intersection(&other.supplies).next().is_some(),
            _ => false,
        }
    }

    fn feature(&mut self, model: &Model, state: &mut State, id: NameId, hosts: Hosts) -> Feature {
        let reach = model.supply_reach(id, self.day);
        let supplies: BTreeSet<usize> =
            reach.supplies.iter().filter_map(|supply| self.supply(model, state, *supply)).collect();
        let is_activated = model.is_activated(id);
        let is_fixed = reach.is_fixed && !(hosts == Hosts::Same && reach.is_shared);
        let demand = match (is_fixed, is_activated) {
            (false, _) => Demand::Choice,
            (true, true) => self.devices(model, state, id),
            (true, false) => self.fixed(model, state, id),
        };
        let licenses = supplies.iter().map(|supply| self.size(*supply)).fold(0, u64::saturating_add);
        // A checkout that draws nothing new may still open a share group for the others: once for each block with SHARE.
        let groups = if reach.is_shared { count_blocks(model) } else { 0 };
        let changes = licenses.saturating_add(groups);
        let name = model.name_text(id).to_owned();
        Feature { id, name, is_activated, is_pool: false, demand, supplies, changes }
    }

    /// Returns the index of a supply; `None` if it has no limit.
    fn supply(&mut self, model: &Model, state: &State, supply: Supply) -> Option<usize> {
        if let Some(known) = self.indices.get(&supply) {
            return Some(*known);
        }
        let size = model.free_of(state, supply);
        if size == UNLIMITED {
            return None;
        }
        let label = model.supply_label(supply);
        let name = match supply {
            Supply::Licenses(block) => model.name_text(model.name_of(block)).to_owned(),
            Supply::Balance(_) | Supply::Devices(_) => label.clone(),
        };
        let index = self.supplies.len();
        self.indices.insert(supply, index);
        self.supplies.push(SupplyRow { supply, label, name, size });
        Some(index)
    }

    fn devices(&self, model: &Model, state: &mut State, id: NameId) -> Demand {
        let device = keywright_resolve::Interner::default().fresh("device");
        if let Outcome::Denied(reason) = model.apply(state, &Event::Activate { feature: Some(id), device }) {
            return Demand::Never(reason);
        }
        let _ = model.apply(state, &Event::Deactivate { feature: Some(id), device });
        let supply = self.indices.get(&Supply::Devices(id));
        Demand::Fixed(supply.map(|supply| (*supply, 1)).into_iter().collect())
    }

    fn fixed(&self, model: &Model, state: &mut State, id: NameId) -> Demand {
        let mut draws: Vec<(usize, u64)> = Vec::new();
        let cost = match model.cost(state, &Request { who: stranger(), ..Request::one(Some(id)) }) {
            Ok(cost) => cost,
            Err(Outcome::Denied(reason)) => return Demand::Never(reason),
            Err(_) => return Demand::Choice,
        };
        for (block, amount) in cost {
            let Some(index) = self.indices.get(&model.supply_of(block)) else { continue };
            match draws.iter_mut().find(|(known, _)| known == index) {
                Some((_, sum)) => *sum = sum.saturating_add(amount),
                None => draws.push((*index, amount)),
            }
        }
        draws.retain(|(_, amount)| *amount > 0);
        Demand::Fixed(draws)
    }
}

fn count_blocks(model: &Model) -> u64 {
    model.names().map(|(id, _)| model.blocks_of(id).len() as u64).sum()
}

/// A user, host and custom string that no earlier request has.
pub(super) fn stranger() -> Requester {
    let one = Some(keywright_resolve::Interner::default().fresh("user"));
    Requester { user: one, host: one, custom: one }
}
