//! Whether another choice of alternatives would have served where first fit denied: a bounded search that shows what it
//! found and changes nothing.

use std::collections::BTreeMap;

use crate::license::Kind;

use super::decisions::{SEARCH_BUDGET, share_key};
use super::state::{Draw, State};
use super::table::{BlockId, NameId};
use super::trail::Mark;
use super::walk::{Need, Walk};

/// An arrival that is still to be served, and the one after it.
#[derive(Clone, Copy)]
struct Goal<'a> {
    order: &'a [BlockId],
    need: Need,
    depth: u32,
    rest: Option<usize>,
}

/// A goal with choices left, and the moment to come back to.
struct Choice {
    goal: usize,
    next: usize,
    mark: Mark,
}

impl<'a> Walk<'a> {
    /// What a choice that serves would draw, by block in file order; `None` if there is none within the budget.
    pub(super) fn find_other_choice(mut self, name: NameId, need: Need) -> Option<Vec<(BlockId, u64)>> {
        self.limit_to(SEARCH_BUDGET);
        let mark = self.scratch.mark();
        let found = self.search(name, need).then(|| drawn(self.state, &self.scratch.draws));
        self.roll_back(mark);
        self.state.scratch = std::mem::take(&mut self.scratch);
        self.state.scratch.clear();
        found
    }

    fn search(&mut self, name: NameId, need: Need) -> bool {
        let mut goals = vec![Goal { order: &self.model.names.get(name).order, need, depth: 0, rest: None }];
        let mut choices: Vec<Choice> = Vec::new();
        let mut at = Some(0);
        let mut next = 0;
        loop {
            let Some(goal) = at.and_then(|index| goals.get(index).copied()) else {
                return true;
            };
            let mark = self.scratch.mark();
            if let Some(block) = goal.order.get(next) {
                next += 1;
                let Some(after) = self.pursue(*block, goal, &mut goals) else {
                    if self.is_exhausted() {
                        return false;
                    }
                    continue;
                };
                choices.push(Choice { goal: at.unwrap_or(0), next, mark });
                (at, next) = (after, 0);
            } else {
                let Some(choice) = choices.pop() else { return false };
                self.roll_back(choice.mark);
                (at, next) = (Some(choice.goal), choice.next);
            }
        }
    }

    /// Tries one block for a goal; the goals that follow, if it serves.
    fn pursue(&mut self, id: BlockId, goal: Goal<'a>, goals: &mut Vec<Goal<'a>>) -> Option<Option<usize>> {
        let row = self.model.blocks.get(id);
        let is_path = row.kind == Kind::Token && row.supported && share_key(row.shared, self.who).is_none();
        if !is_path {
            self.set_depth(goal.depth);
            return self.try_block(id, goal.need).then_some(goal.rest);
        }
        if !self.step(self.model.weight(id) + row.edges.len() as u64)
            || self.standing(id, row, goal.need.version).is_err()
        {
            return None;
        }
        let mut rest = goal.rest;
        for edge in row.edges.iter().rev() {
            goals.push(Goal {
                order: &self.model.targets.get(edge.target).order,
                need: Need { count: edge.count.saturating_mul(goal.need.count), version: edge.version },
                depth: goal.depth + 1,
                rest,
            });
            rest = Some(goals.len() - 1);
        }
        Some(rest)
    }
}

fn drawn(state: &State, draws: &[Draw]) -> Vec<(BlockId, u64)> {
    let mut sums: BTreeMap<BlockId, u64> = BTreeMap::new();
    let mut parts = Vec::new();
    for draw in draws {
        state.push_draws(*draw, &mut parts);
    }
    for (block, amount) in parts {
        let sum = sums.entry(block).or_default();
        *sum = sum.saturating_add(amount);
    }
    sums.into_iter().collect()
}
