//! Records the attempts of a walk, nested through tokens, for explanations.

use std::collections::HashMap;

use super::model::Model;
use super::outcome::{Attempt, Holder, Kept, Reason, Refusal, Verdict};
use super::state::{Draw, Due, State, seconds_of, time_of};
use super::table::{BlockId, NameId};
use super::walk::{Miss, Tried};
use super::who::Who;

/// Maximum number of recorded attempts.
const MAX_ATTEMPTS: usize = 2_000;

/// Maximum number of holders in a refusal.
pub(super) const MAX_HOLDERS: usize = 5;

/// The recorded attempts.
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

    /// Removes and returns the last attempt.
    pub(super) fn pop_last(&mut self) -> Option<Attempt> {
        self.siblings().pop()
    }

    /// Adds an attempt.
    pub(super) fn push_last(&mut self, attempt: Attempt) {
        self.siblings().push(attempt);
    }

    /// Nests the last attempt below the block that led to it.
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
        Reason::NotEnoughLicenses => {
            refusal.holders = holders(state, block);
            refusal.kept = kept(state, block);
        }
        Reason::NotInForce => refusal.fact = model.out_of_force(block, state.now.date()),
        _ => {}
    }
    refusal
}

/// Returns the licenses of a block kept by HOLD and MIN_CHECKOUT, earliest first.
fn kept(state: &State, block: BlockId) -> Vec<Kept> {
    let mut all: Vec<Kept> = Vec::new();
    let mut draws = Vec::new();
    for ((at, _), due) in &state.due {
        let draw = match *due {
            Due::Pool { block, amount, open } => Draw::Pool { block, amount, open },
            Due::Member { group, size } => Draw::Member { group, size },
            Due::Checkout { .. } => continue,
        };
        draws.clear();
        state.push_draws(draw, &mut draws);
        let amounts = draws.iter().filter(|(of, _)| *of == block).map(|(_, amount)| *amount);
        let amount = amounts.fold(0, u64::saturating_add);
        let is_full = all.len() == MAX_HOLDERS;
        match all.last_mut() {
            _ if amount == 0 => {}
            Some(last) if seconds_of(last.until) == *at => last.amount = last.amount.saturating_add(amount),
            _ if is_full => break,
            _ => all.extend(time_of(*at).map(|until| Kept { amount, until })),
        }
    }
    all
}

/// Returns the users of a block's licenses, largest first.
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
    let mut holders: Vec<Holder> =
        amounts.into_iter().map(|(who, amount)| Holder { who, device: None, amount }).collect();
    holders.sort_by_key(|holder| (u64::MAX - holder.amount, holder.who));
    holders.truncate(MAX_HOLDERS);
    holders
}
