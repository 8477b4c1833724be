//! Live share groups.

use std::collections::BTreeMap;

use super::block::Block;
use super::draw::{Part, Size};
use super::fast_hash::IndexMap;
use super::index_vec::{BlockId, GroupId, IndexVec};
use super::model::Model;
use super::requester::MissingIdentity;
use super::semantics::{ShareKey, group_use, is_open, open_part};

/// The largest draw of a share group for each combination of missing user and host.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach([Size; 4]);

impl Reach {
    /// Returns how much of the group's usage counts against the unreserved licenses of a block.
    pub(super) fn open_part(self, block: &Block) -> u64 {
        if block.reserved_user == 0 && block.reserved_host == 0 {
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
    sizes: BTreeMap<Size, u32>,
    /// For tokens: the draws of one checkout, with the chosen alternatives.
    pub(super) parts: Vec<Part>,
    /// For tokens: the largest count for which METERED tokens were consumed.
    pub(super) burned_for: u64,
}

impl Group {
    /// The size of the largest draw.
    pub(super) fn largest(&self) -> u64 {
        match self.sizes.last_key_value() {
            // `MissingIdentity::default()` sorts first: if it is last, every draw names a user and a host.
            Some((size, _)) if size.lacks == MissingIdentity::default() => group_use(Some(size.count)),
            _ => group_use(self.reach().0.iter().map(|size| size.count).max()),
        }
    }

    /// The largest draw for each combination of missing user and host.
    pub(super) fn reach(&self) -> Reach {
        let all = [(false, false), (false, true), (true, false), (true, true)];
        Reach(all.map(|(user, host)| {
            let none = Size { lacks: MissingIdentity { user, host }, count: 0 };
            let same = none..=Size { count: u64::MAX, ..none };
            self.sizes.range(same).next_back().map_or(none, |(size, _)| *size)
        }))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// True if it has one draw.
    pub(super) fn is_last(&self) -> bool {
        self.sizes.len() == 1 && self.sizes.values().all(|times| *times == 1)
    }
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

    /// The reach of a group; only needed if a block has reserved licenses.
    pub(super) fn reach(&self, model: &Model, id: GroupId) -> Reach {
        if model.reserves { self.get(id).reach() } else { Reach::default() }
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

    /// Adds a draw. Returns by how much the maximum grew.
    pub(super) fn join(&mut self, id: GroupId, size: Size) -> u64 {
        let group = self.rows.get_mut(id);
        let before = group.largest();
        *group.sizes.entry(size).or_default() += 1;
        group.largest() - before
    }

    /// Removes a draw. Returns by how much the maximum fell. Removing the last draw closes the group.
    pub(super) fn leave(&mut self, id: GroupId, size: Size) -> u64 {
        let group = self.rows.get_mut(id);
        let before = group.largest();
        if let Some(times) = group.sizes.get_mut(&size) {
            *times -= 1;
            if *times == 0 {
                group.sizes.remove(&size);
            }
        }
        let fell = before - group.largest();
        if group.is_empty() {
            self.by_key.remove(&(group.block, group.key));
            self.free.push(id);
        }
        fell
    }

    /// Takes back that a draw left; `row` is the group as it was, where that closed it.
    pub(super) fn rejoin(&mut self, id: GroupId, size: Size, row: Option<Box<Group>>) {
        let Some(row) = row else {
            *self.rows.get_mut(id).sizes.entry(size).or_default() += 1;
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

    /// The maximum number so far.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}
