//! The capacity of licenses, one file per format.

mod chart;
mod csv_table;
mod human;
mod json;
mod svg;

use keywright_analysis::capacity::{DeniedMix, Frontier};
use keywright_analysis::{Amount, Capacity};

pub use csv_table::render as csv;
pub use human::render as human;
pub use json::render as json;
pub use svg::render as svg;

/// The capacity of one license, or of several files together.
#[derive(Debug, Clone, Copy)]
pub struct Analysed<'a> {
    /// The names of the files.
    pub files: &'a str,
    /// The result.
    pub capacity: &'a Capacity,
    /// The pairs that were asked for, if not all: tables and pictures show these, and only mixes of their features.
    pub asked: Option<&'a [(String, String)]>,
    /// True if tables and pictures show pairs and mixes with checkouts of the pools themselves, and pairs that never run. JSON
    /// and CSV always do.
    pub with_pools: bool,
}

impl<'a> Analysed<'a> {
    /// The pairs to show to people.
    fn pairs(&self) -> Vec<&'a Frontier> {
        let never = |name: &String| {
            let row = self.capacity.features.iter().find(|row| row.feature == *name);
            row.is_some_and(|row| row.most == Amount::Exactly(0))
        };
        let is_shown = |pair: &&Frontier| {
            let names = &pair.features;
            self.asked.is_some()
                || self.is_shown(names.iter()) && (self.with_pools || !names.iter().all(never))
        };
        self.capacity.pairs.iter().filter(is_shown).collect()
    }

    /// The mixes to show to people.
    fn mixes(&self) -> Vec<&'a DeniedMix> {
        let mixes = self.capacity.smallest_denied.iter();
        mixes.filter(|mix| self.is_shown(mix.mix.iter().map(|(name, _)| name))).collect()
    }

    fn is_shown<'n>(&self, mut names: impl Iterator<Item = &'n String>) -> bool {
        if let Some(asked) = self.asked {
            return names.all(|name| asked.iter().any(|(one, other)| [one, other].contains(&name)));
        }
        let features = &self.capacity.features;
        if self.with_pools || features.iter().all(|row| row.is_pool) {
            return true;
        }
        names.all(|name| features.iter().any(|row| row.feature == *name && !row.is_pool))
    }
}
