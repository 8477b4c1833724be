//! The usable totals over time, one file per format.

mod human;
mod ics;
mod json;
mod svg;

use keywright_analysis::Timeline;
use keywright_analysis::timeline::{BlockEvent, FeatureTime};

pub use human::render as human;
pub use ics::render as ics;
pub use json::render as json;
pub use svg::render as svg;

/// A timeline with the names of its files.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// The names of the files, in the order in which they were given. Untrusted.
    pub files: &'a [String],
    /// The timeline.
    pub timeline: &'a Timeline,
    has_vendors: bool,
}

impl<'a> Planned<'a> {
    /// Returns a timeline of these files.
    #[must_use]
    pub fn new(files: &'a [String], timeline: &'a Timeline) -> Self {
        let mut vendors = timeline.features.iter().map(|feature| &feature.vendor);
        let first = vendors.next();
        Self { files, timeline, has_vendors: vendors.any(|vendor| Some(vendor) != first) }
    }

    fn title(&self) -> String {
        self.files.join(", ")
    }

    /// Returns the name of a feature, with its vendor if there are several.
    fn name(&self, vendor: &str, name: &str) -> String {
        if self.has_vendors { format!("{vendor} {name}") } else { name.to_owned() }
    }

    fn name_of(&self, feature: &FeatureTime) -> String {
        self.name(&feature.vendor, &feature.name)
    }

    /// Returns the place of a block: its line, with the file if there are several.
    fn place(&self, event: &BlockEvent) -> String {
        match self.files.get(event.file).filter(|_| self.files.len() > 1) {
            Some(file) => format!("{file} line {}", event.line),
            None => format!("line {}", event.line),
        }
    }
}
