//! A proof that each request does the same in both sets of licenses: the same blocks are tried in the same order with the
//! same results. Additional blocks and larger limits are permitted where the old set would deny the request.

use std::collections::{BTreeMap, BTreeSet};

use keywright_resolve::BlockId;

use super::dominance::have_lots;
use super::snapshot::{Candidate, Key, Snapshot};

/// Returns true if the new set grants whatever the old set grants. `days` has the snapshots of both sets for each period.
pub(super) fn proves(days: &[(Snapshot, Snapshot)]) -> bool {
    let mut proof = Replay::default();
    let holds = days.iter().all(|(old, new)| proof.day(old, new));
    // A share group that was opened earlier in a block that is in force longer changes the order.
    holds && !proof.late.iter().any(|block| proof.backward.contains_key(block))
}

#[derive(Debug, Default)]
struct Replay {
    /// The blocks that correspond to each other.
    forward: BTreeMap<BlockId, BlockId>,
    backward: BTreeMap<BlockId, BlockId>,
    /// Additional blocks of names with SHARE.
    late: BTreeSet<BlockId>,
}

impl Replay {
    fn day(&mut self, old: &Snapshot, new: &Snapshot) -> bool {
        let mut keys: BTreeSet<&Key> = old.targets.keys().collect();
        keys.extend(new.targets.keys());
        let mut known = BTreeMap::new();
        keys.into_iter().all(|key| self.target(old, new, key, &mut known))
            && old.direct.keys().all(|name| self.is_prefix(old.direct(name), new.direct(name)))
    }

    fn target(&mut self, old: &Snapshot, new: &Snapshot, key: &Key, known: &mut BTreeMap<Key, bool>) -> bool {
        let (before, after) = (old.candidates(key), new.candidates(key));
        if before.len() > after.len() {
            return false;
        }
        for (at, (one, other)) in before.iter().zip(after).enumerate() {
            if !self.link(one.id, other.id) {
                return false;
            }
            let is_last = at + 1 == before.len() && old.direct(&key.1).last() == Some(&one.id);
            let may_grow = || is_last && !new.reordered.contains(&key.1) && !old.reordered.contains(&key.1);
            let same =
                is_equal(one, other) || may_grow() && is_larger(one, other) && is_critical(old, key, known);
            if !same {
                return false;
            }
        }
        let more = after.get(before.len()..).unwrap_or_default();
        if more.is_empty() {
            return true;
        }
        if new.reordered.contains(&key.1) {
            self.late.extend(more.iter().map(|block| block.id));
        }
        is_critical(old, key, known)
    }

    fn link(&mut self, one: BlockId, other: BlockId) -> bool {
        *self.forward.entry(one).or_insert(other) == other
            && *self.backward.entry(other).or_insert(one) == one
    }

    fn is_prefix(&self, old: &[BlockId], new: &[BlockId]) -> bool {
        old.len() <= new.len() && old.iter().zip(new).all(|(one, other)| self.forward.get(one) == Some(other))
    }
}

/// Returns true if a request is denied as soon as a name cannot serve: every block that depends on it is the last of its
/// name, and its name is critical too.
fn is_critical(old: &Snapshot, key: &Key, known: &mut BTreeMap<Key, bool>) -> bool {
    if let Some(known) = known.get(key) {
        return *known;
    }
    let users = old.all().filter(|(_, block)| block.needs.iter().any(|(need, ..)| need == key));
    // Dependencies have no cycles.
    let mut is_last = |(user, block): (&Key, &Candidate)| {
        let last_of_vendor = old.candidates(user).last().is_some_and(|last| last.id == block.id);
        last_of_vendor
            && old.direct(&user.1).last() == Some(&block.id)
            && !old.reordered.contains(&user.1)
            && is_critical(old, user, known)
    };
    let critical = users.into_iter().all(&mut is_last);
    known.insert(key.clone(), critical);
    critical
}

fn is_equal(one: &Candidate, other: &Candidate) -> bool {
    let lots = one.row.lots.len() == other.row.lots.len()
        && one.row.lots.iter().zip(&other.row.lots).all(|(one, other)| {
            (one.version, one.tokens, one.dates, &one.terms)
                == (other.version, other.tokens, other.dates, &other.terms)
        });
    one.row.version == other.row.version
        && one.row.capacity == other.row.capacity
        && one.row.borrow == other.row.borrow
        && one.row.reserved == other.row.reserved
        && lots
        && is_alike(one, other)
}

/// Returns true if two blocks draw and return the same.
fn is_alike(one: &Candidate, other: &Candidate) -> bool {
    one.row.kind == other.row.kind
        && one.row.share == other.row.share
        && one.row.kept == other.row.kept
        && one.needs == other.needs
}

/// Returns true if the other block grants at least what the first one grants, and then draws the same.
fn is_larger(one: &Candidate, other: &Candidate) -> bool {
    let [user, host] = one.row.reserved;
    let [new_user, new_host] = other.row.reserved;
    other.row.version >= one.row.version
        && other.row.capacity >= one.row.capacity
        && other.row.borrow >= one.row.borrow
        && new_user <= user
        && new_host <= host
        && (one.row.lots.is_empty() || have_lots(&one.row.lots, &other.row.lots))
        && is_alike(one, other)
}
