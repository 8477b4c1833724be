//! The entitlement of a set of license files on a day.

use std::collections::HashMap;

use jiff::civil::Date;

use keywright_license::{Kind, Name};
use keywright_syntax::limits;
use keywright_syntax::source::Span;

use super::checkout_cost::CheckoutCost;
use super::role::Role;
use super::usable::Usable;
use crate::event::{Request, Source};
use crate::index_vec::{BlockId, NameId, TargetId};
use crate::model::Model;
use crate::state::State;

/// The entitlement of a set of license files on a day, on a server without other checkouts.
///
/// ```
/// use keywright_license::License;
/// use keywright_resolve::{Entitlements, Model, Role, Usable};
///
/// let text = "FEATURE Pool { VENDOR=abc KEYTYPE=EXCLUSIVE COUNT=20 SN=A-1 }\n\
///             FEATURE Pool { VENDOR=abc KEYTYPE=EXCLUSIVE COUNT=35 SN=A-2 }";
/// let license = License::from_text("pool.lic", text);
/// let model = Model::compile([&license]).unwrap();
/// let granted = Entitlements::on(&model, jiff::civil::date(2026, 1, 15));
/// let [pool] = granted.features() else { unreachable!() };
/// assert_eq!(pool.usable, Usable::Exactly(20));
/// assert_eq!(granted.role(pool.blocks[1]), Role::OtherServes(pool.blocks[0]));
/// ```
#[derive(Debug, Clone)]
pub struct Entitlements {
    day: Date,
    roles: Vec<Role>,
    /// In the order of their names.
    features: Vec<Entitlement>,
    costs: HashMap<BlockId, CheckoutCost>,
    /// The usable totals of the names with blocks of several vendors.
    shared_names: HashMap<NameId, Usable>,
}

/// The entitlement of the blocks of one vendor and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entitlement {
    /// VENDOR.
    pub vendor: Option<Name>,
    /// The feature.
    pub feature: NameId,
    /// All its blocks in file order, without duplicates.
    pub blocks: Vec<BlockId>,
    /// The number of checkouts that the resolver grants at the same time. Tokens that draw on the same pool have the same
    /// licenses in their totals.
    pub usable: Usable,
}

impl Entitlements {
    /// Computes the entitlement of all blocks of a model on a day.
    #[must_use]
    pub fn on(model: &Model, day: Date) -> Self {
        let names: Vec<NameId> = model.names().map(|(name, _)| name).collect();
        Self::of_names(model, &names, day)
    }

    /// As [`Self::on`], of one feature. The roles of other blocks are those without their dependencies.
    #[must_use]
    pub fn of_feature(model: &Model, name: NameId, day: Date) -> Self {
        Self::of_names(model, &[name], day)
    }

    fn of_names(model: &Model, names: &[NameId], day: Date) -> Self {
        let mut budget = limits::ENTITLEMENT_BUDGET;
        let start = State::new(model, day.at(0, 0, 0, 0));
        let mut state = start.clone();
        let mut found = Self {
            day,
            roles: model.blocks.iter().map(|(block, _)| model.role_by_text(block, day)).collect(),
            features: Vec::new(),
            costs: HashMap::new(),
            shared_names: HashMap::new(),
        };
        for block in names.iter().flat_map(|name| model.blocks_of(*name)) {
            found.examine(model, &mut state, *block, &mut budget);
        }
        // The searches copy the state, so they get the one without memory of all blocks.
        for name in names {
            found.total(model, &start, *name, &mut budget);
        }
        found
    }

    /// Completes the role of a block with its dependencies, and computes its cost.
    fn examine(&mut self, model: &Model, state: &mut State, block: BlockId, budget: &mut u64) {
        if self.role(block) != Role::Serves {
            return;
        }
        if let Some(obstacle) = model.obstacle(state, block, budget)
            && let Some(role) = self.roles.get_mut(block.index())
        {
            *role = Role::CannotBeServed(obstacle);
        }
        if model.kind(block) == Kind::Token
            && let Some(cost) = model.cost_of_token(state, block, budget)
        {
            self.costs.insert(block, cost);
        }
    }

    /// Computes the usable totals of a name, for each vendor.
    fn total(&mut self, model: &Model, state: &State, name: NameId, budget: &mut u64) {
        let one = Request::one(Some(name));
        let mut targets: Vec<TargetId> = Vec::new();
        for block in model.blocks_of(name) {
            let target = model.blocks.get(*block).target;
            if !targets.contains(&target) {
                targets.push(target);
            }
        }
        for target in &targets {
            let row = model.targets.get(*target);
            self.features.push(Entitlement {
                vendor: row.vendor.as_deref().cloned(),
                feature: name,
                blocks: row.blocks.to_vec(),
                usable: model.most_of(state, &one, Source::OneVendor(*target), budget),
            });
        }
        if targets.len() > 1 {
            let all = model.most_of(state, &one, Source::AllVendors(name), budget);
            self.shared_names.insert(name, all);
        }
    }

    /// The day.
    #[must_use]
    pub fn day(&self) -> Date {
        self.day
    }

    /// The entitlement of every feature of every vendor, in order of first appearance of the name, then of the vendor.
    #[must_use]
    pub fn features(&self) -> &[Entitlement] {
        &self.features
    }

    /// Returns the entitlements of a name, one for each vendor.
    pub fn named(&self, name: NameId) -> impl Iterator<Item = &Entitlement> {
        let first = self.features.partition_point(|entitlement| entitlement.feature < name);
        let rest = self.features.get(first..).unwrap_or_default().iter();
        rest.take_while(move |entitlement| entitlement.feature == name)
    }

    /// Returns the number of checkouts of a name that the resolver grants at the same time, from the blocks of all vendors.
    #[must_use]
    pub fn usable(&self, name: NameId) -> Usable {
        let all = self.shared_names.get(&name).copied();
        all.or_else(|| self.named(name).next().map(|one| one.usable)).unwrap_or(Usable::Exactly(0))
    }

    /// Returns the role of a block.
    #[must_use]
    pub fn role(&self, block: BlockId) -> Role {
        self.roles.get(block.index()).copied().unwrap_or(Role::Serves)
    }

    /// Returns the role of the block at a place: the index of its license and its span.
    #[must_use]
    pub fn role_at(&self, model: &Model, license: usize, span: Span) -> Option<Role> {
        model.block_at(license, span).map(|block| self.role(block))
    }

    /// Returns the cost of one checkout of a feature over its blocks that are in force; `None` if none of them is a token
    /// that can be served; see [`Self::cost`].
    #[must_use]
    pub fn cost_of(&self, model: &Model, feature: &Entitlement) -> Option<CheckoutCost> {
        let costs: Vec<&CheckoutCost> =
            feature.blocks.iter().filter_map(|block| self.costs.get(block)).collect();
        (!costs.is_empty()).then(|| CheckoutCost::of_any(model, costs))
    }

    /// Returns the cost of one checkout of a token block. `None` if it is not a token or not in force, or if its dependencies
    /// cannot be met, however large the pools are.
    #[must_use]
    pub fn cost(&self, block: BlockId) -> Option<&CheckoutCost> {
        self.costs.get(&block)
    }
}
