//! The search for changes that would grant a request: its limits, and the blocks that are too small.

use super::index_vec::BlockId;
use super::model::Model;
use super::outcome::{Attempt, Verdict};
use super::reason::Reason;
use super::state::State;
use super::walk_request::WalkRequest;

/// Maximum work of the search, in resolver steps.
pub(super) const BUDGET: u64 = 200_000;

/// Maximum number of reported changes.
pub(super) const MAX_REMEDIES: usize = 3;

/// Returns the blocks with too few licenses, each once, with the smallest missing amount.
pub(super) fn short_of(attempts: &[Attempt]) -> Vec<(BlockId, u64)> {
    let mut short = Vec::new();
    attempts.iter().for_each(|attempt| collect_short(attempt, &mut short));
    short
}

fn collect_short(attempt: &Attempt, short: &mut Vec<(BlockId, u64)>) {
    if let (Verdict::Refused(refusal), Some(block)) = (&attempt.verdict, attempt.block)
        && matches!(refusal.reason, Reason::NotEnoughLicenses | Reason::BalanceTooLow)
    {
        let missing = refusal.needed.saturating_sub(refusal.free);
        match short.iter_mut().find(|(known, _)| *known == block) {
            Some((_, least)) => *least = missing.min(*least),
            None => short.push((block, missing)),
        }
    }
    attempt.children.iter().for_each(|child| collect_short(child, short));
}

pub(super) struct Search<'a> {
    pub(super) model: &'a Model,
    pub(super) state: &'a mut State,
    pub(super) requested: &'a WalkRequest,
    /// The value of the state's work counter at which the search ends.
    pub(super) end: u64,
}

impl Search<'_> {
    pub(super) fn is_spent(&self) -> bool {
        self.state.work() >= self.end
    }
}
