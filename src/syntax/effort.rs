//! A count of operations, so that tests can measure how cost grows without a clock.
//!
//! Code whose cost depends on the size of its input calls [`spend`] for each element that it inspects. The count is per
//! thread and costs one addition.

use std::cell::Cell;

thread_local! {
    static SPENT: Cell<u64> = const { Cell::new(0) };
}

/// Counts operations of this thread.
pub fn spend(operations: u64) {
    SPENT.with(|spent| spent.set(spent.get().wrapping_add(operations)));
}

/// Counts all elements of a collection.
pub fn spend_on(len: usize) {
    spend(len as u64);
}

/// Returns the number of operations of this thread so far. Only differences are meaningful.
#[must_use]
pub fn spent() -> u64 {
    SPENT.with(Cell::get)
}
