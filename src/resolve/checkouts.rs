//! Live checkouts, oldest first: in one list for each feature, and in lists for each person and custom string of a
//! feature. Adding, finding and removing a checkout takes constant time.

use std::collections::hash_map::Entry;

use super::draw::Draw;
use super::fast_hash::IndexMap;
use super::index_vec::{IndexVec, NameId};
use super::requester::{Requester, Symbol};

/// Null index of the linked lists.
const NONE: u32 = u32::MAX;

/// A checkout.
#[derive(Debug, Clone, Default)]
pub(super) struct Checkout {
    pub(super) generation: u32,
    pub(super) live: bool,
    pub(super) name: NameId,
    pub(super) who: Requester,
    /// Active license tokens of this checkout.
    pub(super) active: u64,
    /// Time of the checkout, in seconds.
    pub(super) since: i64,
    pub(super) draws: Vec<Draw>,
    /// Time of the automatic return, if any.
    pub(super) due: Option<(i64, u64)>,
    /// Its neighbours in each of its lists.
    links: [Link; LINES],
}

/// Number of lists that a checkout is in: of its feature, and of the feature with its person, with its custom string,
/// and with both.
const LINES: usize = 4;

#[derive(Debug, Clone, Copy)]
struct Link {
    older: u32,
    newer: u32,
}

impl Default for Link {
    fn default() -> Self {
        Self { older: NONE, newer: NONE }
    }
}

/// The ends of a linked list of checkouts, ordered by age.
#[derive(Debug, Clone, Copy)]
struct Queue {
    oldest: u32,
    newest: u32,
}

impl Default for Queue {
    fn default() -> Self {
        Self { oldest: NONE, newest: NONE }
    }
}

impl Queue {
    fn is_empty(self) -> bool {
        self.oldest == NONE
    }
}

impl Checkout {
    fn link(&self, by: usize) -> Link {
        self.links.get(by).copied().unwrap_or_default()
    }

    /// Changes the neighbours in one of the lists.
    fn relink(&mut self, by: usize, change: impl FnOnce(&mut Link)) {
        if let Some(link) = self.links.get_mut(by) {
            change(link);
        }
    }
}

/// The properties that the checkouts of a list have in common, in addition to the feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct QueueKey {
    name: NameId,
    person: Option<(Option<Symbol>, Option<Symbol>)>,
    custom: Option<Symbol>,
}

/// Returns the keys of the lists that a checkout is in, each with its place among the links.
fn lines_of(name: NameId, who: Requester) -> impl Iterator<Item = (usize, QueueKey)> {
    let person = Some((who.user, who.host));
    let custom = who.custom;
    let lines = [(None, None), (person, None), (None, custom), (person, custom)];
    let in_use = if custom.is_some() { LINES } else { LINES / 2 };
    let keys = lines.into_iter().map(move |(person, custom)| QueueKey { name, person, custom });
    keys.take(in_use).enumerate()
}

/// All checkouts.
#[derive(Debug, Clone, Default)]
pub(super) struct Checkouts {
    slots: IndexVec<u32, Checkout>,
    free: Vec<u32>,
    /// The lists that have a checkout.
    lines: IndexMap<QueueKey, Queue>,
}

impl Checkouts {
    pub(super) fn get(&self, index: u32) -> Option<&Checkout> {
        let slot = self.slots.get(index);
        slot.live.then_some(slot)
    }

    pub(super) fn live(&self, index: u32, generation: u32) -> Option<&Checkout> {
        self.get(index).filter(|slot| slot.generation == generation)
    }

    /// Number of slots: the highest number of simultaneous checkouts so far.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Live checkouts with their slots, in the order of the slots.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u32, &Checkout)> {
        self.slots.iter().filter(|(_, slot)| slot.live)
    }

    /// Allocates a slot for a new checkout. The draw list is empty; its allocation is reused.
    pub(super) fn open(&mut self, name: NameId, who: Requester) -> (u32, &mut Checkout) {
        let index = match self.free.pop() {
            Some(index) => index,
            None => self.slots.push(Checkout::default()),
        };
        let slot = self.slots.get_mut(index);
        slot.live = true;
        slot.name = name;
        slot.who = who;
        for (at, line) in lines_of(name, who) {
            append(&mut self.slots, self.lines.entry(line).or_default(), index, at);
        }
        (index, self.slots.get_mut(index))
    }

    pub(super) fn set_due(&mut self, index: u32, due: (i64, u64)) {
        self.slots.get_mut(index).due = Some(due);
    }

    /// Frees a slot and returns its draws. [`Self::recycle`] takes the list back for reuse.
    pub(super) fn close(&mut self, index: u32) -> Vec<Draw> {
        let slot = self.slots.get_mut(index);
        let (name, who) = (slot.name, slot.who);
        slot.live = false;
        slot.generation = slot.generation.wrapping_add(1);
        slot.due = None;
        let draws = std::mem::take(&mut slot.draws);
        for (at, line) in lines_of(name, who) {
            if let Entry::Occupied(mut ends) = self.lines.entry(line) {
                unlink(&mut self.slots, ends.get_mut(), index, at);
                if ends.get().is_empty() {
                    ends.remove();
                }
            }
        }
        self.free.push(index);
        draws
    }

    pub(super) fn recycle(&mut self, index: u32, mut draws: Vec<Draw>) {
        draws.clear();
        self.slots.get_mut(index).draws = draws;
    }

    /// Returns the oldest checkout of a feature, optionally only those of one person or with one custom string.
    pub(super) fn oldest(&self, name: NameId, who: Option<Requester>, custom: Option<Symbol>) -> Option<u32> {
        let person = who.map(|who| (who.user, who.host));
        self.lines.get(&QueueKey { name, person, custom }).map(|ends| ends.oldest)
    }
}

/// Appends a checkout to a list, as its newest.
fn append(slots: &mut IndexVec<u32, Checkout>, ends: &mut Queue, index: u32, by: usize) {
    let older = std::mem::replace(&mut ends.newest, index);
    slots.get_mut(index).relink(by, |link| *link = Link { older, newer: NONE });
    if older == NONE {
        ends.oldest = index;
    } else {
        slots.get_mut(older).relink(by, |link| link.newer = index);
    }
}

/// Removes a checkout from a list.
fn unlink(slots: &mut IndexVec<u32, Checkout>, ends: &mut Queue, index: u32, by: usize) {
    let Link { older, newer } = slots.get(index).link(by);
    if older == NONE {
        ends.oldest = newer;
    } else {
        slots.get_mut(older).relink(by, |link| link.newer = newer);
    }
    if newer == NONE {
        ends.newest = older;
    } else {
        slots.get_mut(newer).relink(by, |link| link.older = older);
    }
}

#[cfg(test)]
mod tests {
    use keywright_license::License;

    use crate::{Event, Interner, Model, Outcome, Request, Requester, State, Ticket};

    /// Three features with share groups, and what 20 people on 20 hosts with custom strings ask for.
    fn model() -> Model {
        let block = |at| format!("FEATURE F{at} {{ VENDOR=v KEYTYPE=EXCLUSIVE COUNT=99 SHARE=HOST }}\n");
        let text: String = (0..3).map(block).collect();
        Model::compile([&License::from_text("a.lic", &text)]).unwrap()
    }

    fn requests(model: &Model) -> Vec<Request> {
        let mut symbols = Interner::default();
        let mut part = |kind: &str, at: usize| Some(symbols.symbol(&format!("{kind}{at}")));
        let who: Vec<Requester> = (0..20)
            .map(|at| Requester { user: part("u", at), host: part("h", at), custom: part("c", at) })
            .collect();
        let feature = |at: usize| Request::one(model.name(&format!("F{}", at % 3)));
        (0..60).map(|at| Request { who: who[at / 3], ..feature(at) }).collect()
    }

    fn checkout(model: &Model, state: &mut State, request: Request) -> Ticket {
        let outcome = model.apply(state, &Event::Checkout(request));
        let Outcome::Granted(grant) = outcome else { panic!("{outcome:?}") };
        grant.ticket.unwrap()
    }

    fn give_back(model: &Model, state: &mut State, ticket: Ticket) {
        assert!(matches!(model.apply(state, &Event::Return(ticket)), Outcome::Granted(_)));
    }

    #[test]
    fn returns_leave_no_entries() {
        let model = model();
        let mut state = State::new(&model, jiff::civil::date(2026, 1, 15).at(0, 0, 0, 0));
        let entries = |state: &State| (state.slots.lines.len(), state.groups.iter().count());
        for request in requests(&model) {
            let ticket = checkout(&model, &mut state, request);
            assert_eq!(entries(&state), (super::LINES, 1));
            give_back(&model, &mut state, ticket);
            assert_eq!(entries(&state), (0, 0));
        }
        // One slot, one group and a pool for each feature, for any number of people.
        assert_eq!(state.size(), 5);
        let tickets: Vec<Ticket> =
            requests(&model).into_iter().map(|request| checkout(&model, &mut state, request)).collect();
        assert_eq!(entries(&state), (3 + 60 * 3, 60));
        for ticket in tickets {
            give_back(&model, &mut state, ticket);
        }
        assert_eq!(entries(&state), (0, 0));
    }
}
