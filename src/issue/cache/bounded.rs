//! A bounded cache for bulk issue, and the encoding of its keys.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::arguments::Arguments;
use crate::parameter_types::Value;
use crate::template::Template;

/// A key-value cache shared by all threads of a run.
#[derive(Debug)]
pub(crate) struct BoundedCache<K, V> {
    most: usize,
    known: Mutex<HashMap<K, V>>,
}

impl<K: Eq + Hash, V: Clone> BoundedCache<K, V> {
    /// Creates a cache with this capacity. It is cleared when full.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, known: Mutex::default() }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.lock().get(key).cloned()
    }

    pub(crate) fn put(&self, key: K, value: V) {
        let mut known = self.lock();
        if known.len() >= self.most {
            known.clear();
        }
        known.insert(key, value);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, V>> {
        // Inserting never leaves a partial value, so a poisoned lock is safe to use.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Appends the template's name and the values not excluded by `left_out`. Different sets have different encodings.
pub(crate) fn push_values(
    bytes: &mut Vec<u8>,
    template: &Template,
    assigned: &Arguments,
    left_out: impl Fn(&str) -> bool,
) {
    push_text(bytes, &template.name);
    for (name, value) in assigned.values.iter().filter(|(name, _)| !left_out(name)) {
        push_text(bytes, name);
        match value {
            Some(value) => push_value(bytes, value),
            None => bytes.push(b'-'),
        }
    }
    // No name is empty, so an empty text marks the end.
    push_text(bytes, "");
}

/// Appends a text, preceded by its length.
pub(crate) fn push_text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&text.len().to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn push_value(bytes: &mut Vec<u8>, value: &Value) {
    let (kind, texts, number): (u8, &[&String], u32) = match value {
        Value::Number(number) => (b'n', &[], *number),
        Value::Text(text) => (b't', &[text], 0),
        Value::Cost(name, count) => (b'c', &[name], *count),
        Value::Tier(from, price) => (b'p', &[price], *from),
        Value::Release(name, version) => (b'r', &[name, version], 0),
        Value::List(items) => {
            bytes.push(b'l');
            bytes.extend_from_slice(&items.len().to_be_bytes());
            return items.iter().for_each(|item| push_value(bytes, item));
        }
    };
    bytes.push(kind);
    bytes.extend_from_slice(&number.to_be_bytes());
    texts.iter().for_each(|text| push_text(bytes, text));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_is_cleared_when_full() {
        let memory = BoundedCache::new(2);
        for number in 0..3 {
            memory.put(number, number);
        }
        assert_eq!([0, 1, 2].map(|number| memory.get(&number)), [None, None, Some(2)]);
    }

    #[test]
    fn different_values_have_different_encodings() {
        let text = |text: &str| Value::Text(text.to_owned());
        let (one, two) = ("a".to_owned(), "b".to_owned());
        let values = [
            Value::Number(1),
            Value::Number(256),
            text(""),
            text("a"),
            text("a1"),
            Value::Cost(one.clone(), 1),
            Value::Tier(1, one.clone()),
            Value::Release(one.clone(), two.clone()),
            Value::Release(one + "b", String::new()),
            Value::List(Vec::new()),
            Value::List(vec![text("a"), text("b")]),
            Value::List(vec![text("a,b")]),
            Value::List(vec![Value::List(vec![text("a")]), text("b")]),
            Value::List(vec![Value::List(vec![text("a"), text("b")])]),
        ];
        let written: std::collections::BTreeSet<Vec<u8>> = values
            .iter()
            .map(|value| {
                let mut bytes = Vec::new();
                push_value(&mut bytes, value);
                bytes
            })
            .collect();
        assert_eq!(written.len(), values.len());
        // No encoding is a prefix of another, so following bytes cannot be mistaken for a part of it.
        let mut sorted = written.iter().zip(written.iter().skip(1));
        assert!(sorted.all(|(one, next)| !next.starts_with(one)));
    }
}
