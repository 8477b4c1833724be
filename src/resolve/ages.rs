//! Live checkouts ordered by age, per feature and per feature and person. Insertion and removal take constant time.

use super::mix::MixMap;
use super::state::Draw;
use super::table::{Index, NameId, Table};
use super::who::{Symbol, Who};

/// Null index of the linked lists.
const NONE: u32 = u32::MAX;

/// A checkout.
#[derive(Debug, Clone, Default)]
pub(super) struct Slot {
    pub(super) generation: u32,
    pub(super) live: bool,
    pub(super) name: NameId,
    pub(super) who: Who,
    /// Active license tokens of this checkout.
    pub(super) active: u64,
    /// Time of the checkout, in seconds.
    pub(super) since: i64,
    pub(super) draws: Vec<Draw>,
    /// Time of the automatic return, if any.
    pub(super) due: Option<(i64, u64)>,
    of_name: Link,
    of_person: Link,
    /// The person list that contains this slot.
    person: PersonId,
}

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
struct Ends {
    oldest: u32,
    newest: u32,
}

impl Default for Ends {
    fn default() -> Self {
        Self { oldest: NONE, newest: NONE }
    }
}

/// Identifies a pair of feature and person that occurred in a checkout.
#[derive(Debug, Clone, Copy, Default)]
struct PersonId(u32);

impl Index for PersonId {
    fn row(self) -> usize {
        self.0 as usize
    }
    fn of(row: usize) -> Self {
        Self(u32::of(row))
    }
}

/// Selects one of the two linked lists of a slot.
#[derive(Clone, Copy)]
enum By {
    Name,
    Person,
}

impl Slot {
    fn link(&mut self, by: By) -> &mut Link {
        match by {
            By::Name => &mut self.of_name,
            By::Person => &mut self.of_person,
        }
    }
}

type Person = (NameId, Option<Symbol>, Option<Symbol>);

/// All checkouts.
#[derive(Debug, Clone, Default)]
pub(super) struct Ages {
    slots: Table<u32, Slot>,
    free: Vec<u32>,
    names: Table<NameId, Ends>,
    persons: Table<PersonId, Ends>,
    person_ids: MixMap<Person, PersonId>,
}

impl Ages {
    pub(super) fn get(&self, index: u32) -> Option<&Slot> {
        let slot = self.slots.get(index);
        slot.live.then_some(slot)
    }

    pub(super) fn live(&self, index: u32, generation: u32) -> Option<&Slot> {
        self.get(index).filter(|slot| slot.generation == generation)
    }

    /// Number of slots: the highest number of simultaneous checkouts so far.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Iterates over live checkouts in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().map(|(_, slot)| slot).filter(|slot| slot.live)
    }

    /// Iterates over live checkouts and their slots, in slot order.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u32, &Slot)> {
        self.slots.iter().filter(|(_, slot)| slot.live)
    }

    /// Allocates a slot for a new checkout. The draw list is empty; its allocation is reused.
    pub(super) fn open(&mut self, name: NameId, who: Who) -> (u32, &mut Slot) {
        let index = match self.free.pop() {
            Some(index) => index,
            None => self.slots.push(Slot::default()),
        };
        let persons = &mut self.persons;
        let person = *self
            .person_ids
            .entry((name, who.user, who.host))
            .or_insert_with(|| persons.push(Ends::default()));
        while self.names.len() <= name.row() {
            self.names.push(Ends::default());
        }
        let slot = self.slots.get_mut(index);
        slot.live = true;
        slot.name = name;
        slot.who = who;
        slot.person = person;
        append(&mut self.slots, self.names.get_mut(name), index, By::Name);
        append(&mut self.slots, self.persons.get_mut(person), index, By::Person);
        (index, self.slots.get_mut(index))
    }

    pub(super) fn set_due(&mut self, index: u32, due: (i64, u64)) {
        self.slots.get_mut(index).due = Some(due);
    }

    /// Frees a slot and returns its draws. [`Self::recycle`] takes the list back for reuse.
    pub(super) fn close(&mut self, index: u32) -> Vec<Draw> {
        let slot = self.slots.get_mut(index);
        let (name, person) = (slot.name, slot.person);
        slot.live = false;
        slot.generation = slot.generation.wrapping_add(1);
        slot.due = None;
        let draws = std::mem::take(&mut slot.draws);
        unlink(&mut self.slots, self.names.get_mut(name), index, By::Name);
        unlink(&mut self.slots, self.persons.get_mut(person), index, By::Person);
        self.free.push(index);
        draws
    }

    pub(super) fn recycle(&mut self, index: u32, mut draws: Vec<Draw>) {
        draws.clear();
        self.slots.get_mut(index).draws = draws;
    }

    /// Returns the oldest checkout of a feature for which `fits` is true; if `who` is given, only checkouts by that
    /// person. Adds the number of visited checkouts to `steps`.
    pub(super) fn oldest(
        &self,
        name: NameId,
        who: Option<Who>,
        steps: &mut u64,
        fits: impl Fn(&Slot) -> bool,
    ) -> Option<u32> {
        let (ends, by) = match who {
            Some(who) => {
                let person = *self.person_ids.get(&(name, who.user, who.host))?;
                (self.persons.get(person), By::Person)
            }
            None => (self.names.get(name), By::Name),
        };
        let mut at = ends.oldest;
        while at != NONE {
            *steps += 1;
            let slot = self.slots.get(at);
            if fits(slot) {
                return Some(at);
            }
            at = match by {
                By::Name => slot.of_name.newer,
                By::Person => slot.of_person.newer,
            };
        }
        None
    }
}

/// Appends a checkout at the newest end of a list.
fn append(slots: &mut Table<u32, Slot>, ends: &mut Ends, index: u32, by: By) {
    let older = std::mem::replace(&mut ends.newest, index);
    *slots.get_mut(index).link(by) = Link { older, newer: NONE };
    if older == NONE {
        ends.oldest = index;
    } else {
        slots.get_mut(older).link(by).newer = index;
    }
}

/// Removes a checkout from a list.
fn unlink(slots: &mut Table<u32, Slot>, ends: &mut Ends, index: u32, by: By) {
    let Link { older, newer } = *slots.get_mut(index).link(by);
    if older == NONE {
        ends.oldest = newer;
    } else {
        slots.get_mut(older).link(by).newer = newer;
    }
    if newer == NONE {
        ends.newest = older;
    } else {
        slots.get_mut(newer).link(by).older = older;
    }
}
