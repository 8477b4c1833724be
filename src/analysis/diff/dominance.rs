//! A proof for licenses without a choice: in the new set, each request draws at most as much as in the old set, from pools
//! that are at least as large. Then usage is never higher, whatever is checked out, returned or kept.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use keywright_license::Kind;
use keywright_resolve::{BlockId, ServingLot, UNLIMITED};

use super::snapshot::{Candidate, Key, Snapshot};

/// Returns true if the new set grants whatever the old set grants. `days` has the snapshots of both sets for each period.
pub(super) fn proves(days: &[(Snapshot, Snapshot)]) -> bool {
    let is_shared = days.iter().any(|(old, new)| old.all().chain(new.all()).any(|(_, row)| row.is_shared()));
    let mut proof = Dominance { is_shared, ..Dominance::default() };
    days.iter().all(|(old, new)| proof.map(old, new))
        && days.iter().all(|(old, new)| proof.is_isolated(new) && proof.costs(old, new))
        && proof.has_room(days)
        && proof.balances(days)
}

#[derive(Debug, Default)]
struct Dominance {
    is_shared: bool,
    /// The new block that serves instead of an old one, by day.
    images: BTreeMap<(Date, BlockId), BlockId>,
    /// The latest image of each old block.
    latest: BTreeMap<BlockId, BlockId>,
    /// The one old block of each name, where SHARE is involved.
    single: BTreeMap<Key, BlockId>,
    /// Blocks that are tried before an image, with the day.
    before: BTreeSet<(Date, Key, BlockId)>,
}

impl Dominance {
    /// Finds the image of each old block.
    fn map(&mut self, old: &Snapshot, new: &Snapshot) -> bool {
        for (key, rows) in old.targets.iter().filter(|(_, rows)| !rows.is_empty()) {
            let Some((at, image)) = self.image(key, rows, new) else { return false };
            self.images.extend(rows.iter().map(|row| ((new.day, row.id), image)));
            self.latest.extend(rows.iter().map(|row| (row.id, image)));
            let earlier = new.candidates(key).iter().take(at);
            self.before.extend(earlier.map(|row| (new.day, key.clone(), row.id)));
            let direct = old.direct(&key.1);
            // Blocks of several vendors are alternatives of a request.
            if !direct.iter().all(|block| rows.iter().any(|row| row.id == *block)) {
                return false;
            }
            let Some(place) = new.direct(&key.1).iter().position(|block| *block == image) else {
                return false;
            };
            for block in new.direct(&key.1).iter().take(place) {
                let owner = new.all().find(|(_, row)| row.id == *block).map(|(owner, _)| owner.clone());
                self.before.extend(owner.map(|owner| (new.day, owner, *block)));
            }
        }
        true
    }

    fn image(&mut self, key: &Key, rows: &[Candidate], new: &Snapshot) -> Option<(usize, BlockId)> {
        let candidates = new.candidates(key);
        if rows.len() > 1 && !rows.iter().all(|row| row.is_pool() && !row.is_shared()) {
            return None;
        }
        if self.is_shared {
            let [row] = rows else { return None };
            let first = *self.single.entry(key.clone()).or_insert(row.id);
            if first != row.id {
                return None;
            }
        }
        let known: BTreeSet<BlockId> =
            rows.iter().filter_map(|row| self.latest.get(&row.id).copied()).collect();
        let fits = |row: &Candidate| rows.iter().all(|old| suits(old, row));
        let same = candidates.iter().position(|row| known.iter().all(|image| *image == row.id) && fits(row));
        // A renewal may take over on a later day: what was checked out before stays in the other block.
        let other = || if self.is_shared { None } else { candidates.iter().position(fits) };
        let at = same.or_else(other)?;
        // With SHARE, the order can change, so nothing may be tried before the image.
        (at == 0 || !self.is_shared).then_some(())?;
        Some((at, candidates.get(at)?.id))
    }

    /// Returns true if blocks that are tried before an image draw on no image.
    fn is_isolated(&self, new: &Snapshot) -> bool {
        let images: BTreeSet<BlockId> = self.images.values().copied().collect();
        let mut open: Vec<&Candidate> = Vec::new();
        for (_, key, block) in self.before.iter().filter(|(day, ..)| *day == new.day) {
            open.extend(new.candidates(key).iter().filter(|row| row.id == *block));
        }
        let mut seen: BTreeSet<&Key> = BTreeSet::new();
        while let Some(row) = open.pop() {
            if images.contains(&row.id) {
                return false;
            }
            for (need, ..) in &row.needs {
                if seen.insert(need) {
                    open.extend(new.candidates(need));
                }
            }
        }
        true
    }

    /// Returns true if no token costs more.
    fn costs(&self, old: &Snapshot, new: &Snapshot) -> bool {
        let tokens = old.all().filter(|(_, row)| row.row.kind == Kind::Token);
        tokens.into_iter().all(|(key, row)| {
            let Some(other) = self.images.get(&(new.day, row.id)).and_then(|id| find(new, key, *id)) else {
                return false;
            };
            self.needs_less(row, other, old, new) || !self.is_shared && self.draws_less(key, old, new)
        })
    }

    /// Returns true if each dependency of the new token is one of the old token, with at most its number.
    fn needs_less(&self, one: &Candidate, other: &Candidate, old: &Snapshot, new: &Snapshot) -> bool {
        let names: BTreeSet<&Key> = other.needs.iter().map(|(key, ..)| key).collect();
        names.into_iter().all(|key| {
            let of = |row: &Candidate| {
                let mut counts: Vec<u64> =
                    row.needs.iter().filter(|(need, ..)| need == key).map(|(_, _, count)| *count).collect();
                counts.sort_unstable_by(|one, other| other.cmp(one));
                counts
            };
            let (before, after) = (of(one), of(other));
            let version =
                other.needs.iter().filter(|(need, ..)| need == key).map(|(_, version, _)| *version).max();
            after.len() <= before.len()
                && after.iter().zip(&before).all(|(after, before)| after <= before)
                && (old.candidates(key).is_empty() || self.serves(key, version.unwrap_or(0), old, new))
        })
    }

    /// Returns true if the block that serves a name in the new set has a version.
    fn serves(&self, key: &Key, version: u32, old: &Snapshot, new: &Snapshot) -> bool {
        self.chosen(key, old, new).is_some_and(|row| has_version(row, version))
    }

    /// The block of the new set on which the proof relies for a name.
    fn chosen<'s>(&self, key: &Key, old: &Snapshot, new: &'s Snapshot) -> Option<&'s Candidate> {
        match old.candidates(key).first() {
            Some(row) => find(new, key, *self.images.get(&(new.day, row.id))?),
            None => new.candidates(key).first(),
        }
    }

    /// Returns true if the pools below a token lose at most as much in the new set.
    fn draws_less(&self, key: &Key, old: &Snapshot, new: &Snapshot) -> bool {
        let Some(before) = leaves(key, |key| old.candidates(key).first()) else { return false };
        let Some(after) = leaves(key, |key| self.chosen(key, old, new)) else { return false };
        after.iter().all(|(leaf, count)| before.get(leaf).is_some_and(|before| count <= before))
    }

    /// Returns true if each image has at least the licenses of the old blocks for which it serves. Checkouts from the days
    /// on which it served for another block still count.
    fn has_room(&self, days: &[(Snapshot, Snapshot)]) -> bool {
        // The most licenses of an old block while an image served for it.
        let mut loads: BTreeMap<BlockId, BTreeMap<BlockId, u64>> = BTreeMap::new();
        days.iter().all(|(old, new)| {
            let mut today: BTreeMap<BlockId, Vec<(BlockId, u64)>> = BTreeMap::new();
            for (_, row) in old.all().filter(|(_, row)| is_counted(row)) {
                if let Some(image) = self.images.get(&(new.day, row.id)) {
                    today.entry(*image).or_default().push((row.id, row.row.capacity));
                }
            }
            let fits = new.all().filter(|(_, row)| is_counted(row)).all(|(_, row)| {
                let Some(live) = today.get(&row.id) else { return true };
                let earlier = loads.get(&row.id).into_iter().flatten();
                let earlier = earlier.filter(|(id, _)| !live.iter().any(|(known, _)| known == *id));
                let sizes = live.iter().map(|(_, size)| *size).chain(earlier.map(|(_, size)| *size));
                let needed = sizes.fold(0, u64::saturating_add);
                needed <= row.row.capacity || row.row.capacity == UNLIMITED
            });
            for (image, live) in today {
                for (id, size) in live {
                    let most = loads.entry(image).or_default().entry(id).or_default();
                    *most = size.max(*most);
                }
            }
            fits
        })
    }

    /// Returns true if the METERED blocks of each name have at least the tokens of the old ones, at least as long.
    fn balances(&self, days: &[(Snapshot, Snapshot)]) -> bool {
        let mut all: BTreeMap<&Key, [BTreeMap<BlockId, &ServingLot>; 2]> = BTreeMap::new();
        for (old, new) in days {
            for (side, snapshot) in [old, new].into_iter().enumerate() {
                for (key, row) in snapshot.all() {
                    let lots = all.entry(key).or_default().get_mut(side);
                    lots.into_iter()
                        .for_each(|lots| lots.extend(row.row.lots.iter().map(|lot| (lot.block, lot))));
                }
            }
        }
        all.values().all(|[old, new]| {
            let list = |lots: &BTreeMap<BlockId, &ServingLot>| -> Vec<ServingLot> {
                lots.values().map(|lot| (*lot).clone()).collect()
            };
            old.is_empty() || have_lots(&list(old), &list(new))
        })
    }
}

fn is_counted(row: &Candidate) -> bool {
    row.is_pool() || row.row.kind == Kind::Activation
}

fn find<'s>(new: &'s Snapshot, key: &Key, id: BlockId) -> Option<&'s Candidate> {
    new.candidates(key).iter().find(|row| row.id == id)
}

fn has_version(row: &Candidate, version: u32) -> bool {
    match row.row.kind {
        Kind::Metered => row.row.lots.iter().all(|lot| lot.version >= version),
        _ => row.row.version >= version,
    }
}

/// Returns true if a new block can serve for an old one, capacity and cost not counted.
fn suits(old: &Candidate, new: &Candidate) -> bool {
    let same_kind = old.row.kind == new.row.kind || old.is_pool() && new.is_pool();
    let [kept, least] = old.row.kept;
    let [new_kept, new_least] = new.row.kept;
    let [user, host] = old.row.reserved;
    let [new_user, new_host] = new.row.reserved;
    same_kind
        && new.row.version >= old.row.version
        && new.row.borrow >= old.row.borrow
        && new_kept <= kept
        && new_least <= least
        && new_user <= user
        && new_host <= host
        && shares_more(old, new)
}

/// Returns true if the draws that share in the old set share in the new set.
fn shares_more(old: &Candidate, new: &Candidate) -> bool {
    if old.row.share == new.row.share {
        return true;
    }
    let is_plain = |row: &Candidate| row.row.reserved == [0, 0] && row.row.kept == [0, 0];
    let is_coarser = old.row.share.iter().zip(&new.row.share).all(|(old, new)| *old || !*new);
    is_plain(old) && is_plain(new) && new.is_shared() && (!old.is_shared() || is_coarser)
}

/// Returns the licenses that one request for a name draws, by name of the pool; `None` if a block is missing or too old.
fn leaves<'s>(key: &Key, chosen: impl Fn(&Key) -> Option<&'s Candidate>) -> Option<BTreeMap<Key, u64>> {
    let mut leaves: BTreeMap<Key, u64> = BTreeMap::new();
    let mut open: Vec<(Key, u32, u64)> = vec![(key.clone(), 0, 1)];
    // Names with more paths are not examined.
    for _ in 0..10_000 {
        let Some((key, version, count)) = open.pop() else { return Some(leaves) };
        let row = chosen(&key).filter(|row| has_version(row, version))?;
        if row.row.kind == Kind::Token {
            let needs = row.needs.iter();
            open.extend(
                needs.map(|(need, version, each)| (need.clone(), *version, each.saturating_mul(count))),
            );
        } else {
            let sum = leaves.entry(key).or_default();
            *sum = sum.saturating_add(count);
        }
    }
    None
}

/// Returns true if METERED blocks have, for each old one, a block of their own with as many tokens, at least as long. Tokens
/// are charged from the block that ends first, which wastes the fewest.
pub(super) fn have_lots(old: &[ServingLot], new: &[ServingLot]) -> bool {
    let newest = old.iter().map(|lot| lot.version).max().unwrap_or(0);
    let same = |one: &ServingLot, other: &ServingLot| {
        (one.version, one.tokens, one.dates, &one.terms)
            == (other.version, other.tokens, other.dates, &other.terms)
    };
    if old.len() == new.len() && old.iter().zip(new).all(|(one, other)| same(one, other)) {
        return true;
    }
    if old.iter().chain(new).any(|lot| lot.terms.are_in_money()) || new.iter().any(|lot| lot.version < newest)
    {
        return false;
    }
    let is_enough = |one: &ServingLot, other: &ServingLot| {
        let [start, end] = one.dates;
        let [new_start, new_end] = other.dates;
        other.tokens >= one.tokens
            && new_start.is_none_or(|new| start.is_some_and(|start| new <= start))
            && new_end.is_none_or(|new| end.is_some_and(|end| new >= end))
    };
    let mut free: Vec<&ServingLot> = new.iter().collect();
    old.iter().all(|one| {
        let same = free.iter().position(|other| same(one, other));
        let at = same.or_else(|| free.iter().position(|other| is_enough(one, other)));
        at.map(|at| free.swap_remove(at)).is_some()
    })
}
