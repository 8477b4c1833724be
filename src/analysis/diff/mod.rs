//! Differences: what a customer gains and loses if one set of licenses takes the place of another.
//!
//! The answer is conservative: a set loses nothing only if a proof shows that it grants every sequence of requests that the
//! old one grants, on every day from a given day on. Without a proof, a search looks for a sequence that the old set grants
//! and the new one denies; if it finds none either, the result is that something may be lost.
//!
//! Two proofs are known. Either every request does the same in both sets, and additional licenses are used only where the
//! old set would deny (`replay`). Or no request has a choice in the old set, and each draws at most as much in the new one
//! from pools that are at least as large (`dominance`).

mod blocks;
mod change;
mod components;
mod dominance;
mod example;
mod listing;
mod replay;
mod search;
mod snapshot;
mod terms;
mod terms_listing;

use jiff::civil::Date;

pub use blocks::{BlockChange, BlockChangeKind, ChangedDirective};
pub use change::{Change, ChangeKind, LicenseSet};
pub use example::{DrawChange, Example, ExampleStep};

/// A difference between two sets of licenses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The day from which on the sets are compared.
    pub at: Date,
    /// True if the customer can do less in some respect, or if it cannot be shown that nothing is lost.
    pub lost: bool,
    /// The things that the customer can do less or more often, by feature and day.
    pub changes: Vec<Change>,
    /// The blocks that were added, removed or changed.
    pub blocks: Vec<BlockChange>,
    /// True if only KEYs, comments, layout and the order of directives differ.
    pub is_same_content: bool,
}

impl Difference {
    /// Compares two sets of licenses on a day and on all later days.
    #[must_use]
    pub fn between(old: LicenseSet<'_>, new: LicenseSet<'_>, at: Date) -> Self {
        let pairs = blocks::pairs(old, new);
        let block_changes = blocks::changes(old, new, &pairs, at);
        let mut changes: Vec<Change> = block_changes.iter().flat_map(|change| change.losses(at)).collect();
        let parts = components::changed(old, new);
        for part in &parts {
            let (old, new) = part.of_sets(old, new);
            changes.extend(listing::of_part(old, new, part, at));
        }
        listing::drop_repeated(&mut changes);
        let is_same_content = block_changes.is_empty() && parts.is_empty();
        changes.sort_by_key(|change| (!change.lost, change.day, change.kind));
        let lost = changes.iter().any(|change| change.lost);
        Self { at, lost, changes, blocks: block_changes, is_same_content }
    }

    /// Returns true if the customer can do exactly the same, and no directive that the program reads differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.blocks.is_empty()
    }
}
