//! Maps with a fast hash.

use std::collections::HashMap;

use foldhash::fast::{FixedState, RandomState};

/// A map by names of a license. The seed is random, because an attacker may choose the names.
pub(crate) type NameMap<K, V> = HashMap<K, V, RandomState>;

/// A map by indices and interned symbols, which are numbered in order of first use. No outside input chooses them, so the
/// seed is fixed.
pub(super) type IndexMap<K, V> = HashMap<K, V, FixedState>;
