//! Shortages that a walk encounters, and their recorder.

use jiff::civil::Date;

use super::index_vec::BlockId;

/// A pool with too few free licenses for a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The pool; for METERED blocks, which are charged together, the first of them.
    pub block: BlockId,
    /// The number that would be in use.
    pub needed: u64,
    /// The number in use before the draw.
    pub used: u64,
    /// The size of the pool.
    pub size: u64,
}

impl Shortage {
    pub(super) fn missing(&self) -> u64 {
        self.needed.saturating_sub(self.size)
    }
}

/// Records the shortages of a walk and the dates of the visited blocks.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    /// For each block above the current one, the smallest shortage of the dependency that it tried last.
    pub(super) stack: Vec<Option<Shortage>>,
    pub(super) shortages: Vec<Shortage>,
    pub(super) change: Option<Date>,
}

impl Recorder {
    pub(super) fn enter(&mut self) {
        self.stack.push(None);
    }

    /// Passes the shortage of a denied block on to the block above. A block that serves ends a dependency, so the shortages
    /// of its alternatives no longer count.
    pub(super) fn leave(&mut self, served: bool) {
        let own = self.stack.pop().flatten();
        let Some(above) = self.stack.last_mut() else { return };
        *above = match (*above, own) {
            _ if served => None,
            (Some(known), Some(own)) if own.missing() < known.missing() => Some(own),
            (known, own) => known.or(own),
        };
    }

    pub(super) fn note(&mut self, shortage: Shortage) {
        self.shortages.push(shortage);
        if let Some(current) = self.stack.last_mut() {
            *current = Some(shortage);
        }
    }
}
