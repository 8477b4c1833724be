//! A count of operations, so that a test can measure how cost grows without a clock.
//!
//! Code whose cost depends on the size of its input calls [`spend`] for each element that it looks at. The count is per
//! thread and costs one addition.

use std::cell::Cell;

thread_local! {
    static SPENT: Cell<u64> = const { Cell::new(0) };
}

/// Counts operations of this thread.
pub fn spend(operations: u64) {
    SPENT.with(|spent| spent.set(spent.get().wrapping_add(operations)));
}

/// Counts the elements of a collection that is walked whole.
pub fn spend_on(len: usize) {
    spend(len as u64);
}

/// Returns the operations of this thread so far; only differences mean something.
#[must_use]
pub fn spent() -> u64 {
    SPENT.with(Cell::get)
}
