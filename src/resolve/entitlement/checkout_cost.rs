//! The cost of one checkout of a token, over all its alternatives.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::attempt::{Mode, Need};
use crate::index_vec::{BlockId, NameId};
use crate::model::Model;
use crate::semantics::{SEARCH_BUDGET, STEP_BUDGET};
use crate::state::State;
use crate::walk::Walk;

/// Maximum number of different alternatives of a token that are compared.
const MOST_ALTERNATIVES: usize = 64;

/// The draws of one checkout on a server without other checkouts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckoutCost {
    /// The draws by feature, in order of first appearance. Features on which only some alternatives draw are included.
    pub draws: Vec<CostRange>,
    /// The different alternatives, each with its draws by block in file order. The first one is used while all pools have
    /// enough licenses. Empty only if the cost is too much to compute.
    pub alternatives: Vec<Vec<(BlockId, u64)>>,
    /// True if every alternative was examined.
    pub is_complete: bool,
}

/// The number of licenses that a checkout draws on a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostRange {
    /// The feature.
    pub feature: NameId,
    /// The number drawn by the alternative that draws least; 0 if one does not draw on it.
    pub least: u64,
    /// The number drawn by the alternative that draws most.
    pub most: u64,
}

impl CheckoutCost {
    /// Returns true if every checkout draws the same on every feature.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.is_complete && self.draws.iter().all(|draw| draw.least == draw.most)
    }

    /// Returns the number that every checkout draws from a block; `None` if that depends on the alternatives.
    #[must_use]
    pub fn exactly_from(&self, block: BlockId) -> Option<u64> {
        let drawn = |draws: &Vec<(BlockId, u64)>| {
            draws.iter().find(|(drawn, _)| *drawn == block).map(|(_, sum)| *sum)
        };
        let mut each = self.alternatives.iter().map(drawn);
        let first = each.next().filter(|_| self.is_complete)?;
        if each.all(|other| other == first) { first } else { None }
    }

    /// The cost over the alternatives of several blocks of a feature.
    pub(super) fn of_any<'c>(model: &Model, costs: impl IntoIterator<Item = &'c Self>) -> Self {
        let mut all = Self { is_complete: true, ..Self::default() };
        for cost in costs {
            all.is_complete &= cost.is_complete;
            for alternative in &cost.alternatives {
                if !all.alternatives.contains(alternative) {
                    all.alternatives.push(alternative.clone());
                }
            }
        }
        all.draws = ranges(model, &all.alternatives);
        all
    }
}

impl Model {
    /// Returns the cost of one checkout of a token block on a day, on a server without other checkouts. Subtracts the steps
    /// from `budget`. `None` if its dependencies cannot be met, however large the pools are.
    #[must_use]
    pub fn checkout_cost(&self, block: BlockId, day: Date, budget: &mut u64) -> Option<CheckoutCost> {
        self.cost_of_token(&mut State::new(self, day.at(0, 0, 0, 0)), block, budget)
    }

    /// Computes the cost of one license of a token block on the day of `state`. Subtracts the steps from `budget`.
    ///
    /// If the pools are too small for one checkout, the cost is what it would draw on larger pools.
    /// `None` if its dependencies cannot be met, however large the pools are.
    pub(super) fn cost_of_token(
        &self,
        state: &mut State,
        block: BlockId,
        budget: &mut u64,
    ) -> Option<CheckoutCost> {
        let begin = state.work();
        let mut cost = self.cost_within(state, block, *budget, false);
        if cost.alternatives.is_empty() {
            cost = self.cost_within(state, block, *budget, true);
        }
        *budget = budget.saturating_sub(state.work() - begin);
        (!cost.alternatives.is_empty() || !cost.is_complete).then_some(cost)
    }

    fn cost_within(&self, state: &mut State, block: BlockId, budget: u64, boundless: bool) -> CheckoutCost {
        let need = Need { count: 1, version: 0 };
        let mut first = self.cost_walk(state, budget.min(STEP_BUDGET), boundless);
        let served = first.try_block(block, need) && first.burn_charges();
        let is_complete = !first.is_exhausted();
        let draws = (served && is_complete).then(|| first.scratch.taken());
        first.abandon();
        let mut alternatives: Vec<_> = draws.into_iter().collect();
        let row = self.blocks.get(block);
        let is_plain = row.edges.iter().all(|edge| self.targets.get(edge.target).simple);
        if is_plain || !is_complete {
            return CheckoutCost { draws: ranges(self, &alternatives), alternatives, is_complete };
        }
        let search = self.cost_walk(state, budget.min(SEARCH_BUDGET), boundless);
        let is_complete = search.every_choice(block, need, MOST_ALTERNATIVES, &mut alternatives);
        CheckoutCost { draws: ranges(self, &alternatives), alternatives, is_complete }
    }

    fn cost_walk<'s>(&'s self, state: &'s mut State, steps: u64, boundless: bool) -> Walk<'s> {
        let mut walk = Walk::new(self, state, super::usable::someone(), Mode::Checkout);
        walk.boundless = boundless;
        walk.limit_to(steps);
        walk
    }
}

/// The least and the most that the alternatives draw on each feature.
fn ranges(model: &Model, alternatives: &[Vec<(BlockId, u64)>]) -> Vec<CostRange> {
    let mut by_feature: BTreeMap<NameId, (u64, u64, usize)> = BTreeMap::new();
    for alternative in alternatives {
        let mut sums: BTreeMap<NameId, u64> = BTreeMap::new();
        for (block, amount) in alternative {
            let sum = sums.entry(model.name_of(*block)).or_default();
            *sum = sum.saturating_add(*amount);
        }
        for (feature, sum) in sums {
            let (least, most, times) = by_feature.entry(feature).or_insert((sum, sum, 0));
            (*least, *most, *times) = ((*least).min(sum), (*most).max(sum), *times + 1);
        }
    }
    let range = |(feature, (least, most, times))| CostRange {
        feature,
        least: if times == alternatives.len() { least } else { 0 },
        most,
    };
    by_feature.into_iter().map(range).collect()
}
