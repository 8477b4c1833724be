//! Searches for another choice of alternatives that would be granted after first fit was denied. The search is bounded
//! and leaves the state unchanged.

use keywright_license::Kind;

use super::attempt::Need;
use super::block::Block;
use super::draw::{Draw, Size};
use super::index_vec::BlockId;
use super::semantics::{SEARCH_BUDGET, ShareKey, share_key};
use super::undo_log::Savepoint;
use super::walk::Walk;
use super::walk_request::WalkRequest;

/// A remaining goal and the index of the goal after it.
#[derive(Clone, Copy)]
struct Frame<'a> {
    aim: Task<'a>,
    depth: u32,
    rest: Option<usize>,
}

/// The purpose of a goal.
#[derive(Clone, Copy)]
enum Task<'a> {
    /// One of these blocks must serve the need.
    Serve(&'a [BlockId], Need),
    /// Everything drawn since the mark becomes the share group of a token.
    Share { block: BlockId, key: ShareKey, count: u64, since: Savepoint },
}

/// A goal with untried alternatives, and the state to return to.
struct Choice {
    goal: usize,
    next: usize,
    mark: Savepoint,
}

impl<'a> Walk<'a> {
    /// Returns the additional licenses of a choice that would be granted, by block in file order; `None` if the search
    /// finds none within its budget.
    pub(super) fn find_other_choice(mut self, requested: &WalkRequest) -> Option<Vec<(BlockId, u64)>> {
        self.limit_to(SEARCH_BUDGET);
        let order = &self.model.names.get(requested.name).order;
        let served = self.search(order, requested.need, |walk| !walk.passes_active_limit(requested.active));
        let found = (served && self.burn_charges()).then(|| self.scratch.taken());
        self.abandon();
        found
    }

    /// Adds the draws of every choice of alternatives below a block to `found`, without those that are in it. Returns false
    /// if there are more than `most` different ones, or if the search exceeds its budget.
    pub(super) fn every_choice(
        mut self,
        block: BlockId,
        need: Need,
        most: usize,
        found: &mut Vec<Vec<(BlockId, u64)>>,
    ) -> bool {
        let mut too_many = false;
        let row = self.model.blocks.get(block);
        if self.opens(block, row, need.version).is_ok() {
            let order = &self.model.targets.get(row.target).order;
            let at = order.iter().position(|other| *other == block).unwrap_or(order.len());
            let only = order.get(at..=at).unwrap_or_default();
            too_many = self.search(only, need, |walk| {
                let mark = walk.scratch.mark();
                let draws = walk.burn_charges().then(|| walk.scratch.taken());
                walk.roll_back(mark);
                let new = draws.filter(|draws| !found.contains(draws));
                let is_full = new.is_some() && found.len() >= most;
                found.extend(new.filter(|_| !is_full));
                is_full
            });
        }
        let is_complete = !too_many && !self.is_exhausted();
        self.abandon();
        is_complete
    }

    /// Searches for a choice of alternatives that is granted and that `accepts` takes. It may keep its draws.
    fn search(
        &mut self,
        order: &'a [BlockId],
        need: Need,
        mut accepts: impl FnMut(&mut Self) -> bool,
    ) -> bool {
        let aim = Task::Serve(order, need);
        let mut goals = vec![Frame { aim, depth: 0, rest: None }];
        let mut choices: Vec<Choice> = Vec::new();
        let mut at = Some(0);
        let mut next = 0;
        loop {
            if self.is_exhausted() {
                return false;
            }
            let mark = self.scratch.mark();
            let goal = at.and_then(|index| goals.get(index).copied());
            let served = match goal {
                None if accepts(self) => return true,
                None => None,
                Some(Frame { aim: Task::Share { block, key, count, since }, rest, .. }) => {
                    self.share(block, key, count, since);
                    (at, next) = (rest, 0);
                    continue;
                }
                Some(goal @ Frame { aim: Task::Serve(order, need), .. }) => order.get(next).map(|block| {
                    next += 1;
                    self.pursue(*block, need, goal, &mut goals)
                }),
            };
            match served {
                Some(None) => {}
                Some(Some(after)) => {
                    choices.push(Choice { goal: at.unwrap_or(0), next, mark });
                    (at, next) = (after, 0);
                }
                None => {
                    let Some(choice) = choices.pop() else { return false };
                    self.roll_back(choice.mark);
                    (at, next) = (Some(choice.goal), choice.next);
                }
            }
        }
    }

    /// Tries one block for a goal. Returns the next goal if the block serves.
    fn pursue(
        &mut self,
        id: BlockId,
        need: Need,
        goal: Frame<'a>,
        goals: &mut Vec<Frame<'a>>,
    ) -> Option<Option<usize>> {
        let row = self.model.blocks.get(id);
        let key = share_key(row.shared, self.who);
        // A live group keeps its choice of alternatives.
        let is_live = key.is_some_and(|key| self.state.groups.find(id, key).is_some());
        if row.kind != Kind::Token || !row.supported || is_live {
            self.set_depth(goal.depth);
            return self.try_block(id, need).then_some(goal.rest);
        }
        if !self.step(self.model.weight(id) + row.edges.len() as u64)
            || self.opens(id, row, need.version).is_err()
        {
            return None;
        }
        let mut rest = goal.rest;
        if let Some(key) = key {
            let aim = Task::Share { block: id, key, count: need.count, since: self.scratch.mark() };
            goals.push(Frame { aim, depth: goal.depth, rest });
            rest = Some(goals.len() - 1);
        }
        Some(push_needs(row, need.count, goal.depth + 1, rest, self, goals))
    }

    fn share(&mut self, block: BlockId, key: ShareKey, count: u64, since: Savepoint) {
        // A path cannot reach the same token twice, because dependency cycles are rejected.
        let group = self.state.groups.open(block, key);
        self.keep_choices(group, since, count);
        self.join(group, count);
        let size = Size { lacks: self.who.lacks(), count };
        self.scratch.draws.push(Draw::Token { group, size });
    }
}

/// Pushes a goal for each dependency, last one first. Returns the goal of the first dependency.
fn push_needs<'a>(
    row: &'a Block,
    count: u64,
    depth: u32,
    mut rest: Option<usize>,
    walk: &Walk<'a>,
    goals: &mut Vec<Frame<'a>>,
) -> Option<usize> {
    for edge in row.edges.iter().rev() {
        let need = Need { count: edge.count.saturating_mul(count), version: edge.version };
        let aim = Task::Serve(&walk.model.targets.get(edge.target).order, need);
        goals.push(Frame { aim, depth, rest });
        rest = Some(goals.len() - 1);
    }
    rest
}
