//! Runs requests on the resolver. States that are equal for all later requests have one number, and each request is run
//! once for each of them.

use std::collections::HashMap;

use keywright_resolve::{Event, Interner, Model, Outcome, Reason, Request, Requester, State, Symbol};

use super::features::{Feature, Features};
use super::result::Hosts;

/// Maximum number of requests that one analysis runs. A feature with alternatives on pools of a few hundred
/// licenses needs some thousands.
const MOST_STEPS: usize = 300_000;

/// The number of a state.
pub(super) type StateId = u32;

/// The state without checkouts.
pub(super) const START: StateId = 0;

/// The result of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Granted(StateId),
    Denied(Reason),
    /// A bound ended the search.
    Unknown,
}

/// The states that were reached, and the requests that were run on them.
#[derive(Debug)]
pub(super) struct Play<'m> {
    pub(super) model: &'m Model,
    /// The one host of all requests, or `None` if each has its own.
    host: Option<Symbol>,
    who: Requester,
    device: Symbol,
    states: Vec<State>,
    ids: HashMap<Vec<u64>, StateId>,
    steps: HashMap<(StateId, usize), Step>,
}

impl<'m> Play<'m> {
    pub(super) fn new(model: &'m Model, features: &Features, hosts: Hosts) -> Self {
        // The states keep no share group that names a user, so the next request by the same user is one by another.
        let mut names = Interner::default();
        let (user, host) = (names.fresh("user"), names.fresh("host"));
        let who = Requester { user: Some(user), host: Some(host), custom: Some(names.fresh("custom")) };
        let start = State::new(model, features.day.at(0, 0, 0, 0));
        let ids = HashMap::from([(start.usage_key(model), START)]);
        Self {
            model,
            host: (hosts == Hosts::Same).then_some(host),
            who,
            device: names.fresh("device"),
            states: vec![start],
            ids,
            steps: HashMap::new(),
        }
    }

    /// The event of a request.
    pub(super) fn event(&self, feature: &Feature, count: u64) -> Event {
        if feature.is_activated {
            return Event::Activate { feature: Some(feature.id), device: self.device };
        }
        Event::Checkout(Request { feature: Some(feature.id), count, version: None, who: self.who })
    }

    /// Applies a request to a state and forgets who made it.
    pub(super) fn apply(&self, state: &mut State, event: &Event) -> Outcome {
        let outcome = self.model.apply(state, event);
        state.forget_people(self.host);
        outcome
    }

    /// Returns a copy of a state.
    pub(super) fn state(&self, id: StateId) -> Option<State> {
        self.states.get(id as usize).cloned()
    }

    /// Runs a request on a state.
    pub(super) fn step(&mut self, from: StateId, index: usize, feature: &Feature) -> Step {
        if let Some(known) = self.steps.get(&(from, index)) {
            return *known;
        }
        if self.steps.len() >= MOST_STEPS {
            return Step::Unknown;
        }
        let step = self.play(from, feature);
        self.steps.insert((from, index), step);
        step
    }

    fn play(&mut self, from: StateId, feature: &Feature) -> Step {
        let Some(mut state) = self.state(from) else { return Step::Unknown };
        match self.apply(&mut state, &self.event(feature, 1)) {
            Outcome::Denied(reason) => Step::Denied(reason),
            Outcome::Failed(_) => Step::Unknown,
            Outcome::Granted(_) => Step::Granted(self.number(state)),
        }
    }

    fn number(&mut self, state: State) -> StateId {
        let key = state.usage_key(self.model);
        if let Some(known) = self.ids.get(&key) {
            return *known;
        }
        let id = StateId::try_from(self.states.len()).unwrap_or(StateId::MAX);
        self.states.push(state);
        self.ids.insert(key, id);
        id
    }
}
