//! What a run of many orders remembers, so that it does no work twice: bounded, whatever the run.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values by their keys, for all threads of a run.
#[derive(Debug)]
pub(super) struct Memory<K, V> {
    most: usize,
    known: Mutex<HashMap<K, V>>,
}

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    /// Room for so many; then all are forgotten, so that memory stays flat.
    pub(super) fn new(most: usize) -> Self {
        Self { most, known: Mutex::default() }
    }

    pub(super) fn get(&self, key: &K) -> Option<V> {
        self.lock().get(key).cloned()
    }

    pub(super) fn put(&self, key: K, value: V) {
        let mut known = self.lock();
        if known.len() >= self.most {
            known.clear();
        }
        known.insert(key, value);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, V>> {
        // No value is ever half put in.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_forgets_all_before_it_holds_too_many() {
        let memory = Memory::new(2);
        for number in 0..3 {
            memory.put(number, number);
        }
        assert_eq!([0, 1, 2].map(|number| memory.get(&number)), [None, None, Some(2)]);
    }
}
