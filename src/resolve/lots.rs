//! Remaining tokens of the METERED lots of a name, as sums over the lots in the order in which they are charged. A
//! consumption inspects the lots that it consumes, not all lots.
//!
//! A view contains the lots of one name that serve a version. It is created on first use. Later only lots that were
//! charged, or whose dates begin or end, are inspected again.

use jiff::civil::Date;

use super::fast_hash::IndexMap;
use super::index_vec::TargetId;

/// The views of a state.
#[derive(Debug, Clone, Default)]
pub(super) struct Lots {
    pub(super) views: IndexMap<TargetId, Vec<View>>,
}

/// The lots of a name that serve a version, on a day.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) version: u32,
    pub(super) day: Date,
    pub(super) tree: Tree,
    /// Lots that were burned or given back since.
    pub(super) stale: Vec<u32>,
}

/// The summary of one or more lots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// Available tokens.
    pub(super) left: u128,
    /// Number of lots that serve now.
    pub(super) usable: u32,
    /// Number of these lots without a limit.
    pub(super) unlimited: u32,
    /// The highest version of the lots that serve now, and the last lot with this version.
    pub(super) best: Option<(u32, u32)>,
}

impl Sum {
    fn and(self, other: Self) -> Self {
        Self {
            left: self.left.saturating_add(other.left),
            usable: self.usable + other.usable,
            unlimited: self.unlimited + other.unlimited,
            best: self.best.max(other.best),
        }
    }
}

/// A binary tree of sums. A change of one lot changes one sum in each level.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    /// The root at 1, the children of `n` at `2 * n` and `2 * n + 1`, the leaves in the second half.
    nodes: Vec<Sum>,
    leaves: usize,
}

impl Tree {
    pub(super) fn new(all: impl ExactSizeIterator<Item = Sum>) -> Self {
        let leaves = all.len().next_power_of_two();
        let mut nodes = vec![Sum::default(); leaves];
        nodes.extend(all);
        nodes.resize(2 * leaves, Sum::default());
        let mut tree = Self { nodes, leaves };
        (1..leaves).rev().for_each(|at| tree.refresh(at));
        tree
    }

    pub(super) fn node(&self, at: usize) -> Sum {
        self.nodes.get(at).copied().unwrap_or_default()
    }

    fn refresh(&mut self, at: usize) {
        let sum = self.node(2 * at).and(self.node(2 * at + 1));
        self.nodes.iter_mut().skip(at).take(1).for_each(|node| *node = sum);
    }

    pub(super) fn set(&mut self, lot: u32, sum: Sum) {
        let mut at = self.leaves + lot as usize;
        self.nodes.iter_mut().skip(at).take(1).for_each(|node| *node = sum);
        while at > 1 {
            at /= 2;
            self.refresh(at);
        }
    }

    /// The first lot from `from` on that has something left, with how much.
    pub(super) fn next(&self, from: u32) -> Option<(u32, u128)> {
        let mut at = self.leaves + from as usize;
        if from as usize >= self.leaves {
            return None;
        }
        // Go up until a sum to the right is not 0, then down to its first lot.
        while self.node(at).left == 0 {
            while at % 2 == 1 {
                at /= 2;
            }
            if at == 0 {
                return None;
            }
            at += 1;
        }
        while at < self.leaves {
            at = if self.node(2 * at).left > 0 { 2 * at } else { 2 * at + 1 };
        }
        Some((u32::try_from(at - self.leaves).unwrap_or(u32::MAX), self.node(at).left))
    }

    /// The cost of looking up or changing one lot.
    pub(super) fn depth(&self) -> u64 {
        u64::from(self.leaves.trailing_zeros()) + 1
    }
}

impl Lots {
    /// Returns the number of entries that a copy contains.
    pub(super) fn len(&self) -> usize {
        self.views.values().flatten().map(|view| view.tree.nodes.len()).sum()
    }
}
