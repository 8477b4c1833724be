//! Live share groups.

use super::block::Block;
use super::draw::{Part, Size};
use super::fast_hash::IndexMap;
use super::index_vec::{BlockId, GroupId, IndexVec};
use super::model::Model;
use super::requester::MissingIdentity;
use super::semantics::{ShareKey, group_use, is_open, open_part};
use super::tally::Tally;

/// The largest draw of a share group for each combination of missing user and host.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach([Size; 4]);

impl Reach {
    /// Returns how much of the group's usage counts against the unreserved licenses of a block.
    pub(super) fn open_part(self, block: &Block) -> u64 {
        if block.terms().reserved_user == 0 && block.terms().reserved_host == 0 {
            return 0;
        }
        let largest = |open: bool| {
            let those = self.0.iter().filter(|size| is_open(block, size.lacks) == open);
            those.map(|size| size.count).max().unwrap_or(0)
        };
        open_part(largest(true), largest(false))
    }
}

/// A share group.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) block: BlockId,
    pub(super) key: ShareKey,
    /// Number of draws of each size.
    sizes: Tally<Size>,
    /// For tokens: the draws of one checkout, with the chosen alternatives.
    pub(super) parts: Vec<Part>,
    /// For tokens: the largest count for which METERED tokens were consumed since the group had no checkout.
    pub(super) burned_for: u64,
    /// For tokens: number of draws of each size that are returned, but kept on a part by HOLD or MIN_CHECKOUT.
    kept: Tally<(u32, Size)>,
}

/// The combinations of missing user and host.
const LACKS: [(bool, bool); 4] = [(false, false), (false, true), (true, false), (true, true)];

impl Group {
    /// The size of the largest draw of a checkout.
    pub(super) fn largest(&self) -> u64 {
        match self.sizes.last() {
            // `MissingIdentity::default()` sorts first: if it is last, every draw names a user and a host.
            Some(size) if size.lacks == MissingIdentity::default() => group_use(Some(size.count)),
            _ => group_use(self.reach().0.iter().map(|size| size.count).max()),
        }
    }

    /// The size of the largest draw on a part, kept ones included.
    pub(super) fn largest_on(&self, part: u32) -> u64 {
        if self.kept.is_empty() {
            return self.largest();
        }
        let kept = self.kept_reach(part).0.iter().map(|size| size.count).max();
        self.largest().max(group_use(kept))
    }

    /// The largest draw of a checkout for each combination of missing user and host.
    fn reach(&self) -> Reach {
        Reach(LACKS.map(|lacks| {
            let (none, most) = bounds(lacks);
            self.sizes.last_in(none..=most).unwrap_or(none)
        }))
    }

    fn kept_reach(&self, part: u32) -> Reach {
        Reach(LACKS.map(|lacks| {
            let (none, most) = bounds(lacks);
            self.kept.last_in((part, none)..=(part, most)).map_or(none, |(_, size)| size)
        }))
    }

    /// As [`Self::reach`], on a part, with kept draws.
    pub(super) fn reach_on(&self, part: u32) -> Reach {
        let (out, kept) = (self.reach(), self.kept_reach(part));
        let mut reach = out;
        for (size, kept) in reach.0.iter_mut().zip(kept.0) {
            *size = (*size).max(kept);
        }
        reach
    }

    /// True if no checkout has a draw, and no draw is kept.
    pub(super) fn is_empty(&self) -> bool {
        !self.has_checkouts() && self.kept.is_empty()
    }

    /// True if it has one draw.
    pub(super) fn is_last(&self) -> bool {
        self.kept.is_empty() && self.sizes.is_single()
    }

    /// True if a checkout has a draw.
    pub(super) fn has_checkouts(&self) -> bool {
        !self.sizes.is_empty()
    }

    /// Adds a draw that is kept on a part.
    pub(super) fn keep(&mut self, part: u32, size: Size) {
        self.kept.add((part, size));
    }

    /// The licenses that the group takes from pools: for a token, of each part with its index; otherwise of its block.
    pub(super) fn pools(&self) -> impl Iterator<Item = PoolPart> {
        let own = self.parts.is_empty().then_some(PoolPart { part: 0, block: self.block, unit: 1 });
        let parts = self.parts.iter().zip(0..).filter_map(|(part, at)| match part {
            Part::Pool { block, unit } => Some(PoolPart { part: at, block: *block, unit: *unit }),
            Part::Burned { .. } => None,
        });
        own.into_iter().chain(parts)
    }
}

/// A draw of a checkout that left a share group.
#[derive(Debug)]
pub(super) struct Departure {
    pub(super) size: Size,
    /// The parts on which it is kept.
    pub(super) kept: Vec<u32>,
    /// The former count for which METERED tokens were consumed.
    pub(super) burned_for: u64,
}

/// The licenses that one draw of a share group takes from a pool.
#[derive(Debug, Clone, Copy)]
pub(super) struct PoolPart {
    /// The index of the part.
    pub(super) part: u32,
    pub(super) block: BlockId,
    /// The licenses for each of its count.
    pub(super) unit: u64,
}

/// The smallest and the largest size of a combination of missing user and host.
fn bounds((user, host): (bool, bool)) -> (Size, Size) {
    let none = Size { lacks: MissingIdentity { user, host }, count: 0 };
    (none, Size { count: u64::MAX, ..none })
}

/// The live share groups.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    rows: IndexVec<GroupId, Group>,
    free: Vec<GroupId>,
    by_key: IndexMap<(BlockId, ShareKey), GroupId>,
}

impl Groups {
    pub(super) fn get(&self, id: GroupId) -> &Group {
        self.rows.get(id)
    }

    pub(super) fn get_mut(&mut self, id: GroupId) -> &mut Group {
        self.rows.get_mut(id)
    }

    /// The usage of each pool of a group.
    pub(super) fn usage(&self, model: &Model, id: GroupId) -> Vec<(PoolPart, u64, Reach)> {
        let usage = |pool: PoolPart| {
            let (largest, reach) = self.usage_on(model, id, pool.part);
            (pool, largest, reach)
        };
        self.get(id).pools().map(usage).collect()
    }

    /// The usage of a part of a group. The reach is only needed if a block has reserved licenses.
    pub(super) fn usage_on(&self, model: &Model, id: GroupId, part: u32) -> (u64, Reach) {
        let group = self.get(id);
        let reach = if model.reserves { group.reach_on(part) } else { Reach::default() };
        (group.largest_on(part), reach)
    }

    pub(super) fn find(&self, block: BlockId, key: ShareKey) -> Option<GroupId> {
        self.by_key.get(&(block, key)).copied()
    }

    pub(super) fn open(&mut self, block: BlockId, key: ShareKey) -> GroupId {
        let group = Group { block, key, ..Group::default() };
        let id = match self.free.pop() {
            Some(id) => {
                *self.rows.get_mut(id) = group;
                id
            }
            None => self.rows.push(group),
        };
        self.by_key.insert((block, key), id);
        id
    }

    /// Adds a draw.
    pub(super) fn join(&mut self, id: GroupId, size: Size) {
        self.rows.get_mut(id).sizes.add(size);
    }

    /// Removes a draw of a checkout, but keeps it on some parts. Removing the last draw closes the group.
    pub(super) fn leave(&mut self, id: GroupId, size: Size, kept: &[u32]) {
        let group = self.rows.get_mut(id);
        group.sizes.remove(size);
        kept.iter().for_each(|part| group.keep(*part, size));
        if !group.has_checkouts() {
            group.burned_for = 0;
        }
        self.close_if_empty(id);
    }

    /// Removes a draw that is kept on a part.
    pub(super) fn forget(&mut self, id: GroupId, part: u32, size: Size) {
        self.rows.get_mut(id).kept.remove((part, size));
        self.close_if_empty(id);
    }

    fn close_if_empty(&mut self, id: GroupId) {
        let group = self.rows.get(id);
        if group.is_empty() {
            self.by_key.remove(&(group.block, group.key));
            self.free.push(id);
        }
    }

    /// Undoes [`Self::leave`]; `row` is the group as it was if that closed it.
    pub(super) fn rejoin(&mut self, id: GroupId, left: &Departure, row: Option<Box<Group>>) {
        let Some(row) = row else {
            let group = self.rows.get_mut(id);
            left.kept.iter().for_each(|part| group.kept.remove((*part, left.size)));
            group.sizes.add(left.size);
            group.burned_for = left.burned_for;
            return;
        };
        // Groups are closed and opened like a stack: it is on top unless something else was forgotten.
        if self.free.last() == Some(&id) {
            self.free.pop();
        } else {
            self.free.retain(|free| *free != id);
        }
        self.by_key.insert((row.block, row.key), id);
        *self.rows.get_mut(id) = *row;
    }

    /// The live groups, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Group> {
        self.by_key.values().map(|id| self.rows.get(*id))
    }

    /// Forgets the groups with other keys, without a change of usage.
    pub(super) fn retain(&mut self, keep: impl Fn(ShareKey) -> bool) {
        let mut kept = Self::default();
        for ((block, key), id) in self.by_key.iter().filter(|((_, key), _)| keep(*key)) {
            let id = kept.rows.push(self.rows.get(*id).clone());
            kept.by_key.insert((*block, *key), id);
        }
        *self = kept;
    }

    /// The maximum number so far.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}
