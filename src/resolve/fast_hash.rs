//! A fast hash for the resolver's own numeric keys.
//!
//! Keys are indices and interned symbols, numbered in order of first use. No outside input chooses them, so protection
//! against hash flooding is not needed.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map with these keys.
pub(super) type IndexMap<K, V> = HashMap<K, V, BuildHasherDefault<IndexHasher>>;

/// Rotates, adds and multiplies each number into one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct IndexHasher(u64);

impl IndexHasher {
    fn mix(&mut self, number: u64) {
        // An odd constant without a bit pattern, from the golden ratio.
        self.0 = (self.0.rotate_left(26) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for IndexHasher {
    fn finish(&self) -> u64 {
        // The low bits of a product depend only on the low bits of its factors.
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.mix(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.mix(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.mix(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.mix(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.mix(number.unsigned_abs() as u64);
    }
}
