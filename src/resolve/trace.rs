//! Records the attempts of a walk, nested through tokens, for explanations.

use super::attempt::{Denial, Tried};
use super::fact::Fact;
use super::index_vec::{BlockId, NameId};
use super::model::Model;
use super::outcome::{Attempt, Refusal, Verdict};
use super::reason::Reason;
use super::state::State;

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
            Err(Denial::Nested) => Verdict::Unmet,
            Err(Denial::Own(refusal)) => Verdict::Refused(with_facts(refusal, attempt.block, model, state)),
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
            refusal.holders = state.holders(block, MAX_HOLDERS);
            refusal.kept = state.kept(block, MAX_HOLDERS);
        }
        Reason::NotInForce => {
            refusal.fact = model.out_of_force(block, state.now.date()).map(Fact::Role);
        }
        _ => {}
    }
    refusal
}
