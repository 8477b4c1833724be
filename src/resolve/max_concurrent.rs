//! Computes how many checkouts of one feature can be out at the same time.

use keywright_license::Kind;

use super::event::{Event, Request};
use super::model::Model;
use super::outcome::Outcome;
use super::requester::{Interner, Requester};
use super::state::State;

/// Maximum number of checkouts tried one by one, if alternatives rule out arithmetic.
const MOST_STEPS: u64 = 100_000;

/// Maximum work, in resolver steps.
const MOST_WORK: u64 = 5_000_000;

/// More checkouts than the sum of all COUNTs of a file can serve.
const NO_LIMIT: u64 = 1 << 52;

/// More checkouts than any limited pool serves: a COUNT is at most 2147483647, even multiplied by the blocks of a file.
const BEYOND_COUNTS: u64 = 1 << 40;

/// The number of checkouts that can be out at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxConcurrent {
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

impl Model {
    /// Computes how many equal requests by different people can be granted at the same time, starting from this state.
    /// The state does not change.
    #[must_use]
    pub fn at_once(&self, state: &State, request: &Request) -> MaxConcurrent {
        let blocks = request.feature.map(|name| self.blocks_of(name)).unwrap_or_default();
        if !blocks.is_empty() && blocks.iter().all(|block| self.kind(*block) == Kind::Activation) {
            let free = blocks.iter().map(|block| state.free(self, *block));
            return MaxConcurrent::Devices(free.fold(0, u64::saturating_add));
        }
        let mut state = state.clone();
        let mut people = Interner::default();
        let mut stranger = || {
            let one = Some(people.fresh("anonymous"));
            Requester { user: one, host: one, custom: None }
        };
        match self.cost(&mut state, &Request { who: stranger(), ..*request }) {
            Ok(_) => {}
            Err(Outcome::Failed(_)) => return MaxConcurrent::Undetermined,
            Err(_) => return MaxConcurrent::Exactly(0),
        }
        let many = Request { count: request.count.saturating_mul(NO_LIMIT), who: stranger(), ..*request };
        if self.grants(&mut state, &many) {
            return MaxConcurrent::Unlimited;
        }
        if self.is_linear(request) {
            let most = self.largest(&mut state, &Request { who: stranger(), ..*request });
            // Only a numeric overflow ends the search above this number: unlimited.
            return if most >= BEYOND_COUNTS {
                MaxConcurrent::Unlimited
            } else {
                MaxConcurrent::Exactly(most)
            };
        }
        let begin = state.work();
        let mut fit = 0;
        while fit < MOST_STEPS && state.work() - begin < MOST_WORK {
            let event = Event::Checkout(Request { who: stranger(), ..*request });
            match self.apply(&mut state, &event) {
                Outcome::Granted(_) => fit += 1,
                Outcome::Denied(_) => return MaxConcurrent::Exactly(fit),
                Outcome::Failed(_) => return MaxConcurrent::AtLeast(fit),
            }
        }
        MaxConcurrent::AtLeast(fit)
    }

    fn grants(&self, state: &mut State, request: &Request) -> bool {
        self.cost(state, request).is_ok()
    }

    /// Returns true if every name on every path has one block, so that n requests draw as much as one request for n.
    fn is_linear(&self, request: &Request) -> bool {
        let order = request.feature.map(|name| self.names.get(name).order.as_slice()).unwrap_or_default();
        match order {
            [block] => self.targets.get(self.blocks.get(*block).target).simple,
            _ => false,
        }
    }

    /// Returns the largest number of requests that can be granted. One request can be granted and [`NO_LIMIT`] requests
    /// cannot.
    fn largest(&self, state: &mut State, request: &Request) -> u64 {
        let (mut good, mut bad) = (1, NO_LIMIT);
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            let count = request.count.saturating_mul(middle);
            if self.grants(state, &Request { count, ..*request }) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        good
    }
}
