//! Recording a walk for people: every block that was tried, nested through tokens.

use std::collections::HashMap;

use super::model::Model;
use super::outcome::{Attempt, Holder, Reason, Refusal, Verdict};
use super::state::State;
use super::table::{BlockId, NameId};
use super::walk::{Miss, Tried};
use super::who::Who;

/// Attempts that are kept; a walk may make more.
const MAX_ATTEMPTS: usize = 2_000;

/// Holders that a refusal names.
const MAX_HOLDERS: usize = 5;

/// A recording.
#[derive(Debug, Default)]
pub(super) struct Trace {
    stack: Vec<Attempt>,
    done: Vec<Attempt>,
    kept: usize,
}

impl Trace {
    pub(super) fn finish(self) -> Vec<Attempt> {
        self.done
    }

    pub(super) fn enter(&mut self, name: Option<NameId>, block: Option<BlockId>, count: u64) {
        self.stack.push(Attempt { name, block, count, verdict: Verdict::Unmet, children: Vec::new() });
    }

    pub(super) fn leave(&mut self, tried: Tried, model: &Model, state: &State) {
        let Some(mut attempt) = self.stack.pop() else {
            return;
        };
        attempt.verdict = match tried {
            Ok(served) => Verdict::Served { extra: served.extra, joined: served.joined },
            Err(Miss::Inner) => Verdict::Unmet,
            Err(Miss::Leaf(refusal)) => Verdict::Refused(with_facts(refusal, attempt.block, model, state)),
        };
        self.keep(attempt);
    }

    fn keep(&mut self, attempt: Attempt) {
        self.kept += 1;
        if self.kept <= MAX_ATTEMPTS || self.stack.is_empty() {
            self.siblings().push(attempt);
        }
    }

    fn siblings(&mut self) -> &mut Vec<Attempt> {
        match self.stack.last_mut() {
            Some(parent) => &mut parent.children,
            None => &mut self.done,
        }
    }

    /// Puts the last attempt below a block that led to it.
    pub(super) fn wrap_last(&mut self, name: NameId, block: BlockId) {
        let siblings = self.siblings();
        if let Some(last) = siblings.pop() {
            siblings.push(Attempt {
                name: Some(name),
                block: Some(block),
                count: last.count,
                verdict: Verdict::Unmet,
                children: vec![last],
            });
        }
    }
}

fn with_facts(mut refusal: Refusal, block: Option<BlockId>, model: &Model, state: &State) -> Refusal {
    let Some(block) = block else { return refusal };
    match refusal.reason {
        Reason::NotEnoughLicenses => refusal.holders = holders(state, block),
        Reason::NotInForce => refusal.fact = model.out_of_force(block, state.now.date()),
        _ => {}
    }
    refusal
}

/// Who holds licenses of a block, largest first.
fn holders(state: &State, block: BlockId) -> Vec<Holder> {
    let mut amounts: HashMap<Who, u64> = HashMap::new();
    let mut draws = Vec::new();
    for slot in state.slots.iter() {
        draws.clear();
        for draw in &slot.draws {
            state.push_draws(*draw, &mut draws);
        }
        let held: u64 = draws
            .iter()
            .filter(|(of, _)| *of == block)
            .fold(0, |sum, (_, amount)| sum.saturating_add(*amount));
        if held > 0 {
            let sum = amounts.entry(slot.who).or_default();
            *sum = sum.saturating_add(held);
        }
    }
    let mut holders: Vec<Holder> = amounts.into_iter().map(|(who, amount)| Holder { who, amount }).collect();
    holders.sort_by_key(|holder| (u64::MAX - holder.amount, holder.who));
    holders.truncate(MAX_HOLDERS);
    holders
}
