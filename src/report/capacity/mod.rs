//! The capacity of licenses, one file per format.

mod chart;
mod csv_table;
mod human;
mod json;
mod svg;

use std::collections::HashSet;

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
        let shown = ShownNames::of(self);
        let rows = self.capacity.features.iter();
        let rows = rows.filter(|row| row.most == Amount::Exactly(0));
        let never: HashSet<&String> = rows.map(|row| &row.feature).collect();
        let is_shown = |pair: &&Frontier| {
            let names = &pair.features;
            self.asked.is_some()
                || shown.have(names.iter())
                    && (self.with_pools || !names.iter().all(|name| never.contains(name)))
        };
        self.capacity.pairs.iter().filter(is_shown).collect()
    }

    /// The mixes to show to people.
    fn mixes(&self) -> Vec<&'a DeniedMix> {
        let shown = ShownNames::of(self);
        let mixes = self.capacity.smallest_denied.iter();
        mixes.filter(|mix| shown.have(mix.mix.iter().map(|(name, _)| name))).collect()
    }
}

/// The names whose pairs and mixes are shown; `None` for all.
struct ShownNames<'a>(Option<HashSet<&'a String>>);

impl<'a> ShownNames<'a> {
    fn of(analysed: &Analysed<'a>) -> Self {
        if let Some(asked) = analysed.asked {
            return Self(Some(asked.iter().flat_map(|(one, other)| [one, other]).collect()));
        }
        let rows = analysed.capacity.features.iter().filter(|row| !row.is_pool);
        let names: HashSet<&String> = rows.map(|row| &row.feature).collect();
        Self((!analysed.with_pools && !names.is_empty()).then_some(names))
    }

    fn have<'n>(&self, mut names: impl Iterator<Item = &'n String>) -> bool {
        self.0.as_ref().is_none_or(|shown| names.all(|name| shown.contains(name)))
    }
}
