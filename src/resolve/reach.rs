//! The supplies that requests for a feature may draw on, on one day, and whether a request has a choice between them.

use std::collections::BTreeSet;

use jiff::civil::Date;

use keywright_license::Kind;

use super::block::{Block, Edge, UNLIMITED};
use super::index_vec::{BlockId, NameId, TargetId};
use super::model::Model;
use super::semantics::serves_version;
use super::state::State;

/// Something that runs out: licenses, tokens or devices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Supply {
    /// The licenses of one block, with its UPGRADEs.
    Licenses(BlockId),
    /// The balance of all METERED blocks of a name by one vendor.
    Balance(TargetId),
    /// The devices of all ACTIVATION blocks of a name.
    Devices(NameId),
}

/// The supplies that requests for a feature may draw on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SupplyReach {
    /// The supplies, in file order within each type.
    pub supplies: BTreeSet<Supply>,
    /// True if a request never has a choice: each name below it has at most one block that can serve, or tokens with
    /// equal dependencies, so that every request by a new user on a new host draws the same.
    pub is_fixed: bool,
    /// True if a block with SHARE is among the blocks.
    pub is_shared: bool,
}

impl Model {
    /// Returns what requests for one license of a feature, in any version, may draw on. Blocks that cannot serve on `day`
    /// are omitted.
    #[must_use]
    pub fn supply_reach(&self, name: NameId, day: Date) -> SupplyReach {
        let mut found = SupplyReach { is_fixed: true, ..SupplyReach::default() };
        if self.is_activated(name) {
            found.supplies.insert(Supply::Devices(name));
            return found;
        }
        let order = &self.names.get(name).order;
        let mut open: Vec<(TargetId, u32)> = Vec::new();
        let mut seen: BTreeSet<(TargetId, u32)> = BTreeSet::new();
        self.visit_order(order, (0, true), day, &mut found, &mut open);
        while let Some((target, version)) = open.pop() {
            if seen.insert((target, version)) {
                let order = &self.targets.get(target).order;
                self.visit_order(order, (version, false), day, &mut found, &mut open);
            }
        }
        found
    }

    /// Returns true if a name has only ACTIVATION blocks: devices are activated, nothing is checked out.
    #[must_use]
    pub fn is_activated(&self, name: NameId) -> bool {
        let blocks = self.blocks_of(name);
        !blocks.is_empty() && blocks.iter().all(|block| self.kind(*block) == Kind::Activation)
    }

    /// Returns the supply that a draw on a block uses.
    #[must_use]
    pub fn supply_of(&self, block: BlockId) -> Supply {
        let row = self.blocks.get(block);
        match row.kind {
            Kind::Metered => Supply::Balance(row.target),
            Kind::Activation => Supply::Devices(row.name),
            _ => Supply::Licenses(block),
        }
    }

    /// Returns what is free of a supply; [`UNLIMITED`] without a limit.
    #[must_use]
    pub fn free_of(&self, state: &State, supply: Supply) -> u64 {
        let sum = |blocks: &[BlockId], kind: Kind| {
            let free = blocks.iter().filter(|block| self.kind(**block) == kind);
            free.map(|block| state.free(self, *block)).fold(0, u64::saturating_add)
        };
        match supply {
            Supply::Licenses(block) => state.free(self, block),
            Supply::Balance(target) => sum(&self.targets.get(target).lists().lots, Kind::Metered),
            Supply::Devices(name) => sum(self.blocks_of(name), Kind::Activation),
        }
    }

    /// Returns the display name of a supply.
    #[must_use]
    pub fn supply_label(&self, supply: Supply) -> String {
        match supply {
            Supply::Licenses(block) => self.label(block),
            Supply::Balance(target) => self.name_text(self.targets.get(target).name).to_owned(),
            Supply::Devices(name) => self.name_text(name).to_owned(),
        }
    }

    fn visit_order(
        &self,
        order: &[BlockId],
        (version, is_direct): (u32, bool),
        day: Date,
        found: &mut SupplyReach,
        open: &mut Vec<(TargetId, u32)>,
    ) {
        let mut candidates = 0;
        // Tokens with the same dependencies as an earlier one, such as those of a second purchase, never serve.
        let mut tokens: Vec<&[Edge]> = Vec::new();
        for id in order {
            let row = self.blocks.get(*id);
            if !self.may_serve(*id, row, version, day, is_direct) {
                continue;
            }
            if row.kind == Kind::Token && !row.shared.any() {
                if tokens.contains(&&*row.edges) {
                    continue;
                }
                tokens.push(&row.edges);
            }
            candidates += 1;
            found.is_shared |= row.shared.any();
            match row.kind {
                Kind::Token => open.extend(row.edges.iter().map(|edge| (edge.target, edge.version))),
                Kind::Local => {}
                Kind::Metered => {
                    found.supplies.insert(self.supply_of(*id));
                    found.is_fixed &= self.has_one_balance(row.target, day);
                }
                _ => {
                    found.supplies.insert(self.supply_of(*id));
                }
            }
        }
        found.is_fixed &= candidates < 2;
    }

    /// Returns true if a block can serve a request for a version, given enough licenses.
    fn may_serve(&self, id: BlockId, row: &Block, version: u32, day: Date, is_direct: bool) -> bool {
        let takes = match row.kind {
            Kind::Activation | Kind::Upgrade => false,
            Kind::Local => is_direct,
            Kind::Metered => {
                let mut lots = self.targets.get(row.target).lists().lots.iter();
                return row.supported
                    && lots.any(|lot| {
                        serves_version(self.blocks.get(*lot), version) && self.in_force(*lot, day)
                    });
            }
            Kind::Exclusive | Kind::Additive | Kind::Token => true,
        };
        takes && row.supported && serves_version(row, version) && self.in_force(id, day)
    }

    /// Returns true if all METERED blocks of a name serve the same versions, so that their balances add up.
    fn has_one_balance(&self, target: TargetId, day: Date) -> bool {
        let lots = self.targets.get(target).lists().lots.iter().filter(|lot| self.in_force(**lot, day));
        let mut versions = lots.map(|lot| self.blocks.get(*lot).version);
        let first = versions.next();
        versions.all(|version| Some(version) == first)
    }

    /// Returns true if a block has no limit on `day`.
    #[must_use]
    pub fn is_unlimited(&self, block: BlockId, day: Date) -> bool {
        self.capacity(block, day) == UNLIMITED
    }
}
