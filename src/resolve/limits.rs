//! What a license allows over several requests: which mix is the first that is denied, and what a log of events comes to.

use std::collections::BTreeMap;

use super::event::{Event, Request};
use super::model::Model;
use super::outcome::{Explanation, Grant, Outcome, Ticket};
use super::state::State;
use super::table::BlockId;
use super::who::{Symbols, Who};

/// Checkouts of a mix that are tried.
const MOST_CHECKOUTS: u64 = 100_000;

/// Work that a mix may take, in steps of the resolver.
const MOST_WORK: u64 = 5_000_000;

/// How far a mix of requests goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MixLimit {
    /// How many of each request run, in the order of the mix.
    pub granted: Vec<u64>,
    /// The request that is the first not to be granted, by its place in the mix, and what it comes to; `None` where as
    /// many were tried as are, and all were granted.
    pub stopped: Option<(usize, Outcome)>,
    /// Why it is denied.
    pub explanation: Option<Explanation>,
}

/// What a log of events comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replay {
    /// What became of each event.
    pub outcomes: Vec<Outcome>,
    /// The most that was used of each block after any of the events, by block in file order; blocks that were never used
    /// are left out.
    pub peaks: Vec<(BlockId, u64)>,
    /// What is still out.
    pub live: Vec<Ticket>,
}

impl Model {
    /// Makes the requests of a mix in turn, each by another person, again and again until one is not granted: the mix
    /// that is denied first is what was granted, and one more of that request. Nothing of it remains in the state;
    /// `people` gets a name for each person.
    #[must_use]
    pub fn first_denied(&self, state: &State, mix: &[Request], people: &mut Symbols) -> MixLimit {
        let mut state = state.clone();
        let mut granted = vec![0; mix.len()];
        let begin = state.work();
        for index in (0..mix.len()).cycle() {
            let tried: u64 = granted.iter().sum();
            if tried >= MOST_CHECKOUTS || state.work() - begin >= MOST_WORK {
                break;
            }
            let Some(request) = mix.get(index) else { break };
            let one = Some(people.fresh(&format!("person {}", tried + 1)));
            let who = Who { user: one, host: one, custom: request.who.custom };
            let event = Event::Checkout(Request { who, ..*request });
            match self.apply(&mut state, &event) {
                Outcome::Granted(_) => granted.iter_mut().skip(index).take(1).for_each(|count| *count += 1),
                stopped => {
                    let explanation = self.explain(&mut state, &event);
                    return MixLimit { granted, stopped: Some((index, stopped)), explanation };
                }
            }
        }
        MixLimit { granted, stopped: None, explanation: None }
    }

    /// Lets a log of events happen, one after the other, and says what they came to; the state is then as after the last
    /// of them, so that [`Self::statements`] says what METERED use costs. An event that is not granted changes nothing.
    pub fn replay(&self, state: &mut State, events: impl IntoIterator<Item = Event>) -> Replay {
        let mut peaks: BTreeMap<BlockId, u64> = BTreeMap::new();
        let mut replay = Replay::default();
        for event in events {
            state.watch();
            let outcome = self.apply(state, &event);
            for (block, _) in state.changes() {
                let peak = peaks.entry(block).or_default();
                *peak = (*peak).max(state.used(block));
            }
            if let Outcome::Granted(Grant { ticket: Some(ticket), .. }) = &outcome {
                replay.live.push(*ticket);
            }
            replay.outcomes.push(outcome);
        }
        replay.live.retain(|ticket| state.is_live(*ticket));
        replay.peaks = peaks.into_iter().collect();
        replay
    }
}
