//! Runs several requests: finds the first mix that is denied, and replays a list of events.

use std::collections::BTreeMap;

use super::event::{Event, Request};
use super::index_vec::BlockId;
use super::model::Model;
use super::outcome::{Explanation, Grant, Outcome, Ticket};
use super::requester::{Interner, Requester};
use super::state::State;

/// Maximum number of checkouts of a mix.
const MOST_CHECKOUTS: u64 = 100_000;

/// Maximum work of a mix, in resolver steps.
const MOST_WORK: u64 = 5_000_000;

/// The result of running a mix of requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MixLimit {
    /// Granted checkouts of each request, in the order of the mix.
    pub granted: Vec<u64>,
    /// The position of the first request that was not granted, and its outcome; `None` if every checkout up to the
    /// maximum was granted.
    pub stopped: Option<(usize, Outcome)>,
    /// The explanation of the denial.
    pub explanation: Option<Explanation>,
}

/// The result of a replay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Replay {
    /// The outcome of each event.
    pub outcomes: Vec<Outcome>,
    /// The highest usage of each block after any event, by block in file order. Blocks that were never used are
    /// omitted.
    pub peaks: Vec<(BlockId, u64)>,
    /// Checkouts that are still out.
    pub live: Vec<Ticket>,
}

impl Model {
    /// Repeats the requests of a mix in turn, each by a different person, until one is not granted. The first mix that
    /// is denied is the granted one plus one more of that request. The state does not change; `people` receives a name
    /// for each person.
    #[must_use]
    pub fn first_denied(&self, state: &State, mix: &[Request], people: &mut Interner) -> MixLimit {
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
            let who = Requester { user: one, host: one, custom: one };
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

    /// Applies a list of events to the state. Afterwards, [`Self::statements`] returns the costs of METERED usage.
    /// Events that are not granted change nothing.
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
