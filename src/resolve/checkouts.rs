//! Live checkouts, oldest first: in one list for each feature, and in lists for each person and custom string of a
//! feature. Adding, finding and removing a checkout takes constant time.

use super::draw::Draw;
use super::fast_hash::IndexMap;
use super::index_vec::{Index, IndexVec, NameId};
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
    lines: [Option<QueueId>; LINES],
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

/// The index of a list that has had a checkout.
#[derive(Debug, Clone, Copy, Default)]
struct QueueId(u32);

impl Index for QueueId {
    fn row(self) -> usize {
        self.0 as usize
    }
    fn of(row: usize) -> Self {
        Self(u32::of(row))
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

/// Returns the keys of the lists that a checkout is in.
fn lines_of(name: NameId, who: Requester) -> [Option<QueueKey>; LINES] {
    let person = Some((who.user, who.host));
    let of_custom = |person| who.custom.map(|custom| QueueKey { name, person, custom: Some(custom) });
    let of_all = |person| Some(QueueKey { name, person, custom: None });
    [of_all(None), of_all(person), of_custom(None), of_custom(person)]
}

/// All checkouts.
#[derive(Debug, Clone, Default)]
pub(super) struct Checkouts {
    slots: IndexVec<u32, Checkout>,
    free: Vec<u32>,
    lines: IndexVec<QueueId, Queue>,
    line_ids: IndexMap<QueueKey, QueueId>,
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
        let all = &mut self.lines;
        let ids = &mut self.line_ids;
        let lines = lines_of(name, who)
            .map(|line| line.map(|line| *ids.entry(line).or_insert_with(|| all.push(Queue::default()))));
        let slot = self.slots.get_mut(index);
        slot.live = true;
        slot.name = name;
        slot.who = who;
        slot.lines = lines;
        for (at, line) in lines.into_iter().enumerate().filter_map(|(at, line)| Some((at, line?))) {
            append(&mut self.slots, self.lines.get_mut(line), index, at);
        }
        (index, self.slots.get_mut(index))
    }

    pub(super) fn set_due(&mut self, index: u32, due: (i64, u64)) {
        self.slots.get_mut(index).due = Some(due);
    }

    /// Frees a slot and returns its draws. [`Self::recycle`] takes the list back for reuse.
    pub(super) fn close(&mut self, index: u32) -> Vec<Draw> {
        let slot = self.slots.get_mut(index);
        let lines = slot.lines;
        slot.live = false;
        slot.generation = slot.generation.wrapping_add(1);
        slot.due = None;
        let draws = std::mem::take(&mut slot.draws);
        for (at, line) in lines.into_iter().enumerate().filter_map(|(at, line)| Some((at, line?))) {
            unlink(&mut self.slots, self.lines.get_mut(line), index, at);
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
        let ends = self.lines.get(*self.line_ids.get(&QueueKey { name, person, custom })?);
        Some(ends.oldest).filter(|oldest| *oldest != NONE)
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
