//! How many checkouts of one feature fit at once.

use crate::license::Kind;

use super::event::{Event, Request};
use super::model::Model;
use super::outcome::Outcome;
use super::state::State;
use super::who::{Symbols, Who};

/// Checkouts that are tried one by one where alternatives make arithmetic impossible.
const MOST_STEPS: u64 = 100_000;

/// Work that this may take, in steps of the resolver.
const MOST_WORK: u64 = 5_000_000;

/// More checkouts than all COUNTs of a file can add up to.
const NO_LIMIT: u64 = 1 << 52;

/// No pool of COUNT 2147483647, however many blocks a file has of it, serves as many.
const BEYOND_COUNTS: u64 = 1 << 40;

/// How many fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtOnce {
    /// So many, and not one more.
    Exactly(u64),
    /// So many were tried; more may fit.
    AtLeast(u64),
    /// As many as anybody asks for.
    Unlimited,
    /// So many devices can be activated: the feature is not checked out.
    Devices(u64),
    /// Even one takes more steps than an event may.
    Undetermined,
}

impl Model {
    /// How many equal requests by as many different people can be out at once, from this state on. Nothing of it
    /// remains in the state.
    #[must_use]
    pub fn at_once(&self, state: &State, request: &Request) -> AtOnce {
        let blocks = request.feature.map(|name| self.blocks_of(name)).unwrap_or_default();
        if !blocks.is_empty() && blocks.iter().all(|block| self.kind(*block) == Kind::Activation) {
            let free = blocks.iter().map(|block| state.free(self, *block));
            return AtOnce::Devices(free.fold(0, u64::saturating_add));
        }
        let mut state = state.clone();
        let mut people = Symbols::default();
        let mut stranger = || {
            let one = Some(people.fresh("somebody"));
            Who { user: one, host: one, custom: None }
        };
        match self.cost(&mut state, &Request { who: stranger(), ..*request }) {
            Ok(_) => {}
            Err(Outcome::Failed(_)) => return AtOnce::Undetermined,
            Err(_) => return AtOnce::Exactly(0),
        }
        let many = Request { count: request.count.saturating_mul(NO_LIMIT), who: stranger(), ..*request };
        if self.grants(&mut state, &many) {
            return AtOnce::Unlimited;
        }
        if self.is_linear(request) {
            let most = self.largest(&mut state, &Request { who: stranger(), ..*request });
            // What only arithmetic ends is without limit.
            return if most >= BEYOND_COUNTS { AtOnce::Unlimited } else { AtOnce::Exactly(most) };
        }
        let begin = state.work();
        let mut fit = 0;
        while fit < MOST_STEPS && state.work() - begin < MOST_WORK {
            let event = Event::Checkout(Request { who: stranger(), ..*request });
            match self.apply(&mut state, &event) {
                Outcome::Granted(_) => fit += 1,
                Outcome::Denied(_) => return AtOnce::Exactly(fit),
                Outcome::Failed(_) => return AtOnce::AtLeast(fit),
            }
        }
        AtOnce::AtLeast(fit)
    }

    fn grants(&self, state: &mut State, request: &Request) -> bool {
        self.cost(state, request).is_ok()
    }

    /// Whether every name on the way has one block: then n requests draw what one request of n draws.
    fn is_linear(&self, request: &Request) -> bool {
        let order = request.feature.map(|name| self.names.get(name).order.as_slice()).unwrap_or_default();
        match order {
            [block] => self.targets.get(self.blocks.get(*block).target).simple,
            _ => false,
        }
    }

    /// The largest number of requests that fit, where 1 does and [`NO_LIMIT`] does not.
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
