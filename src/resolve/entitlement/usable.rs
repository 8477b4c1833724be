//! The number of checkouts of one feature that can be out at the same time.

use std::fmt;

use keywright_license::Kind;

use crate::attempt::{Mode, Need};
use crate::block::UNLIMITED;
use crate::event::{Request, Source};
use crate::index_vec::BlockId;
use crate::model::Model;
use crate::outcome::Outcome;
use crate::requester::{Interner, Requester};
use crate::semantics::serves_version;
use crate::state::State;

/// Maximum work, in resolver steps.
pub(super) const MOST_WORK: u64 = 5_000_000;

/// More checkouts than the sum of all COUNTs of a file can serve.
const NO_LIMIT: u64 = 1 << 52;

/// More checkouts than any limited pool serves: a COUNT is at most 2147483647, even multiplied by the blocks of a file.
const BEYOND_COUNTS: u64 = 1 << 40;

/// The number of checkouts that can be out at the same time.
/// DECISION: the checkouts that are granted to different people on a server without other checkouts, not a sum of COUNTs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usable {
    /// Exactly this many.
    Exactly(u64),
    /// At least this many: the search stopped here.
    AtLeast(u64),
    /// No limit.
    Unlimited,
    /// The number of devices that can be activated; an ACTIVATION feature cannot be checked out.
    Devices(u64),
    /// A single checkout exceeds the step budget.
    Undetermined,
}

impl Usable {
    /// Returns true if nothing can be used.
    #[must_use]
    pub fn is_none(self) -> bool {
        matches!(self, Self::Exactly(0) | Self::Devices(0))
    }
}

impl fmt::Display for Usable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "{count}"),
            Self::AtLeast(count) => write!(f, "at least {count}"),
            Self::Unlimited => f.write_str("unlimited"),
            Self::Devices(UNLIMITED) => f.write_str("unlimited devices"),
            Self::Devices(1) => f.write_str("1 device"),
            Self::Devices(count) => write!(f, "{count} devices"),
            Self::Undetermined => f.write_str("undetermined"),
        }
    }
}

impl Model {
    /// Computes how many equal requests by different people can be granted at the same time, starting from this state.
    /// The state does not change.
    #[must_use]
    pub fn at_once(&self, state: &State, request: &Request) -> Usable {
        let Some(name) = request.feature else { return Usable::Exactly(0) };
        self.most_of(state, request, Source::AllVendors(name), &mut MOST_WORK.clone())
    }

    /// As [`Self::at_once`], of the blocks of a source, within a number of steps. Subtracts the steps from `budget`.
    pub(super) fn most_of(
        &self,
        state: &State,
        request: &Request,
        source: Source,
        budget: &mut u64,
    ) -> Usable {
        let blocks = match source {
            Source::AllVendors(name) => &self.names.get(name).blocks,
            Source::OneVendor(target) => &self.targets.get(target).blocks,
        };
        if !blocks.is_empty() && blocks.iter().all(|block| self.kind(*block) == Kind::Activation) {
            let free = blocks.iter().map(|block| state.free(self, *block));
            return Usable::Devices(free.fold(0, u64::saturating_add));
        }
        let order = source.order(self);
        if let Some(most) = self.most_of_pools(state, request, order) {
            return most;
        }
        let mut search =
            UsableSearch { model: self, state: state.clone(), people: Interner::default(), source };
        let begin = search.state.work();
        let most = search.run(request, *budget);
        *budget = budget.saturating_sub(search.state.work() - begin);
        most
    }

    /// Returns the number for plain pools: each serves as many requests as fit in its free licenses. `None` if there are
    /// other blocks, or a limit on active tokens.
    fn most_of_pools(&self, state: &State, request: &Request, order: &[BlockId]) -> Option<Usable> {
        let Need { count, version } = request.need();
        let rows = || order.iter().map(|block| (*block, self.blocks.get(*block)));
        let is_pool = |kind: Kind| matches!(kind, Kind::Exclusive | Kind::Additive);
        if state.has_active_limit() || !rows().all(|(_, row)| is_pool(row.kind)) {
            return None;
        }
        let mut most = 0_u64;
        for (block, _) in rows().filter(|(_, row)| row.supported && serves_version(row, version)) {
            match state.free(self, block) {
                UNLIMITED => return Some(Usable::Unlimited),
                free => most = most.saturating_add(free / count.max(1)),
            }
        }
        Some(Usable::Exactly(most))
    }
}

/// A search for the largest number, which checks out as many as possible.
struct UsableSearch<'m> {
    model: &'m Model,
    state: State,
    people: Interner,
    source: Source,
}

impl UsableSearch<'_> {
    /// Checks out until a request is denied. Equal requests are served in the same way while the pools that serve the
    /// first one last, so they are made as one request for all of them.
    fn run(&mut self, request: &Request, budget: u64) -> Usable {
        let begin = self.state.work();
        let mut fit = 0_u64;
        loop {
            let draws = match self.cost(request, 1) {
                Ok(draws) => draws,
                Err(Outcome::Failed(_)) if fit == 0 => return Usable::Undetermined,
                Err(Outcome::Failed(_)) => return Usable::AtLeast(fit),
                Err(_) => return Usable::Exactly(fit),
            };
            let lasts = |(block, amount): &(BlockId, u64)| match self.state.free(self.model, *block) {
                UNLIMITED => None,
                free => free.checked_div(*amount),
            };
            let times = draws.iter().filter_map(lasts).min();
            let granted = self.check_out(request, times.unwrap_or(NO_LIMIT).max(1));
            // Above this number, only an overflow ends the search.
            if granted >= BEYOND_COUNTS {
                return Usable::Unlimited;
            }
            fit = fit.saturating_add(granted);
            if granted == 0 || self.state.work() - begin >= budget {
                return Usable::AtLeast(fit);
            }
        }
    }

    /// Checks out this many, or as many as possible. Returns the number.
    fn check_out(&mut self, request: &Request, times: u64) -> u64 {
        let mut good = times;
        if self.cost(request, times).is_err() {
            let mut bad = times;
            good = 0;
            while bad - good > 1 {
                let middle = good + (bad - good) / 2;
                if self.cost(request, middle).is_ok() {
                    good = middle;
                } else {
                    bad = middle;
                }
            }
        }
        let all = self.many(request, good);
        match self.model.checkout_from(&mut self.state, self.source, &all, Mode::Checkout) {
            Outcome::Granted(_) if good > 0 => good,
            _ => 0,
        }
    }

    fn cost(&mut self, request: &Request, times: u64) -> Result<Vec<(BlockId, u64)>, Outcome> {
        let request = self.many(request, times);
        self.model.cost_from(&mut self.state, self.source, &request)
    }

    fn many(&mut self, request: &Request, times: u64) -> Request {
        Request { count: request.count.saturating_mul(times), who: stranger(&mut self.people), ..*request }
    }
}

/// A requester with a user, a host and a custom string, for a state without other checkouts.
pub(super) fn someone() -> Requester {
    stranger(&mut Interner::default())
}

/// A requester who shares with no one else: with a user, a host and a custom string of their own.
pub(crate) fn stranger(people: &mut Interner) -> Requester {
    let one = Some(people.fresh("anonymous"));
    Requester { user: one, host: one, custom: one }
}
