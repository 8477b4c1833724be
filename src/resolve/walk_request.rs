//! The parameters of a request that is walked again, to explain it.

use super::attempt::{Mode, Need};
use super::index_vec::NameId;
use super::requester::Requester;
use super::undo_log::Savepoint;
use super::walk::Walk;

/// The parameters of a request's walk.
#[derive(Debug, Clone, Copy)]
pub(super) struct WalkRequest {
    pub(super) name: NameId,
    pub(super) need: Need,
    pub(super) who: Requester,
    pub(super) mode: Mode,
    /// Active license tokens that the request would count as.
    pub(super) active: u64,
}

impl WalkRequest {
    /// Returns true if the walk grants the request.
    pub(super) fn served(&self, walk: &mut Walk<'_>) -> bool {
        walk.request(self.name, self.need) && !walk.is_exhausted()
    }

    /// Returns by how much the walk exceeds the limit on active license tokens.
    pub(super) fn over_limit(&self, walk: &Walk<'_>) -> u64 {
        if !walk.passes_active_limit(self.active) {
            return 0;
        }
        let wanted = walk.state.active.saturating_add(self.active);
        wanted.saturating_sub(walk.state.active_limit.unwrap_or(u64::MAX))
    }
}

impl Walk<'_> {
    /// Rolls back everything.
    pub(super) fn abandon(mut self) {
        self.roll_back(Savepoint::default());
        self.scratch.clear();
        self.state.scratch = std::mem::take(&mut self.scratch);
    }
}
