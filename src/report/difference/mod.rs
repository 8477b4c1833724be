//! The difference of two sets of licenses, one file per format.

mod human;
mod json;
mod markdown;
mod text;

use keywright_analysis::Difference;

pub use human::render as human;
pub use json::render as json;
pub use markdown::render as markdown;

/// A difference with the names of the sets.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// The name of the old set.
    pub old: &'a str,
    /// The name of the new set.
    pub new: &'a str,
    /// The result.
    pub difference: &'a Difference,
}
