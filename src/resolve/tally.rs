//! Counts of equal keys, in the order of the keys.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Keys, each with the number of times that it was added. A single key, as in most share groups, has no allocation.
#[derive(Debug, Clone)]
pub(super) enum Tally<K> {
    One(K, u32),
    Many(BTreeMap<K, u32>),
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self::Many(BTreeMap::new())
    }
}

impl<K: Copy + Ord> Tally<K> {
    pub(super) fn add(&mut self, key: K) {
        match self {
            Self::One(only, times) if *only == key => *times += 1,
            Self::One(only, times) => *self = Self::Many(BTreeMap::from([(*only, *times), (key, 1)])),
            Self::Many(all) if all.is_empty() => *self = Self::One(key, 1),
            Self::Many(all) => *all.entry(key).or_default() += 1,
        }
    }

    /// Removes a key once, if it was added.
    pub(super) fn remove(&mut self, key: K) {
        match self {
            Self::One(only, 1) if *only == key => *self = Self::default(),
            Self::One(only, times) if *only == key => *times -= 1,
            Self::One(..) => {}
            Self::Many(all) => {
                if let Some(times) = all.get_mut(&key) {
                    *times -= 1;
                    if *times == 0 {
                        all.remove(&key);
                    }
                }
            }
        }
    }

    /// The greatest key.
    pub(super) fn last(&self) -> Option<K> {
        match self {
            Self::One(only, _) => Some(*only),
            Self::Many(all) => all.last_key_value().map(|(key, _)| *key),
        }
    }

    /// The greatest key in a range.
    pub(super) fn last_in(&self, range: RangeInclusive<K>) -> Option<K> {
        match self {
            Self::One(only, _) => Some(*only).filter(|only| range.contains(only)),
            Self::Many(all) => all.range(range).next_back().map(|(key, _)| *key),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::One(..) => false,
            Self::Many(all) => all.is_empty(),
        }
    }

    /// True if one key was added once.
    pub(super) fn is_single(&self) -> bool {
        match self {
            Self::One(_, times) => *times == 1,
            Self::Many(all) => all.len() == 1 && all.values().all(|times| *times == 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Tally;

    /// Adds and removes small keys in an irregular order, and compares each answer with that of a map.
    #[test]
    fn answers_are_those_of_a_map() {
        let (mut tally, mut map) = (Tally::default(), BTreeMap::<u32, u32>::new());
        let mut random = 1_u32;
        for _ in 0..10_000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = (random >> 16) % 4;
            if random >> 31 == 0 {
                tally.add(key);
                *map.entry(key).or_default() += 1;
            } else {
                tally.remove(key);
                map.entry(key).and_modify(|times| *times -= 1);
                map.retain(|_, times| *times > 0);
            }
            assert_eq!(tally.is_empty(), map.is_empty());
            assert_eq!(tally.is_single(), map.values().sum::<u32>() == 1);
            assert_eq!(tally.last(), map.keys().next_back().copied());
            assert_eq!(tally.last_in(1..=2), map.range(1..=2).next_back().map(|(key, _)| *key));
        }
    }
}
