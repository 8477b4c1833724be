//! The reason why a block in force cannot serve a single checkout.

use keywright_license::Kind;

use super::role::Obstacle;
use crate::attempt::{Mode, Need};
use crate::index_vec::BlockId;
use crate::model::Model;
use crate::outcome::{Attempt, Verdict};
use crate::reason::Reason;
use crate::semantics::STEP_BUDGET;
use crate::state::State;
use crate::trace::Trace;
use crate::walk::Walk;

impl Model {
    /// Returns why a block grants not even one checkout in this state, or `None` if it does, or if that takes more than
    /// `budget` steps. Subtracts the steps from `budget`.
    pub(super) fn obstacle(&self, state: &mut State, block: BlockId, budget: &mut u64) -> Option<Obstacle> {
        if self.kind(block) == Kind::Activation {
            let reason = self.activation_miss(state, block)?;
            return Some(Obstacle { reason, dependency: None });
        }
        let begin = state.work();
        let denied = self.attempt_once(state, block, *budget, false)?;
        let explained = self.attempt_once(state, block, *budget, true).unwrap_or(denied);
        *budget = budget.saturating_sub(state.work() - begin);
        Some(explained)
    }

    fn attempt_once(
        &self,
        state: &mut State,
        block: BlockId,
        budget: u64,
        explain: bool,
    ) -> Option<Obstacle> {
        let mut walk = Walk::new(self, state, super::usable::someone(), Mode::Checkout);
        walk.limit_to(budget.min(STEP_BUDGET));
        walk.trace = explain.then(Trace::default);
        let served = walk.try_block(block, Need { count: 1, version: 0 }) && walk.burn_charges();
        let attempts = walk.trace.take().map(Trace::finish).unwrap_or_default();
        let reason = walk.nearest.unwrap_or(Reason::NoSuchFeature);
        let exhausted = walk.is_exhausted();
        walk.abandon();
        if served || exhausted {
            return None;
        }
        let refused = attempts.iter().find_map(|attempt| refused_for(attempt, reason));
        let dependency =
            refused.filter(|refused| refused.block != Some(block)).and_then(|refused| refused.name);
        Some(Obstacle { reason, dependency })
    }
}

/// Finds the attempt that has the reason, at or below this one. The depth of attempts is limited by the longest chain.
fn refused_for(attempt: &Attempt, reason: Reason) -> Option<&Attempt> {
    match &attempt.verdict {
        Verdict::Refused(refusal) if refusal.reason == reason => Some(attempt),
        Verdict::Refused(_) => None,
        Verdict::Served { .. } | Verdict::Unmet => {
            attempt.children.iter().find_map(|child| refused_for(child, reason))
        }
    }
}
