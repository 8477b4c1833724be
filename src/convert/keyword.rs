//! Tables of keywords: how each keyword of a source is treated.

use super::loss::Loss;

/// A keyword of a source format.
#[derive(Debug)]
pub struct Keyword {
    /// The keyword.
    pub name: &'static str,
    /// The statements that have it.
    pub on: &'static str,
    /// The form in the result.
    pub result: &'static str,
    /// The losses that it can cause, the first one always if `always` is set.
    pub losses: &'static [&'static Loss],
    /// True if each use of the keyword is the first of the losses.
    pub always: bool,
}

impl Keyword {
    /// A keyword that is converted; it can cause losses.
    pub(crate) const fn mapped(
        name: &'static str,
        on: &'static str,
        result: &'static str,
        losses: &'static [&'static Loss],
    ) -> Self {
        Self { name, on, result, losses, always: false }
    }

    /// A keyword that is always a loss.
    pub(crate) const fn lost(
        name: &'static str,
        on: &'static str,
        result: &'static str,
        losses: &'static [&'static Loss],
    ) -> Self {
        Self { name, on, result, losses, always: true }
    }
}

/// Returns the index of a keyword in a table, ignoring case if `any_case` is set.
pub(crate) fn position(table: &[Keyword], name: &str, any_case: bool) -> Option<usize> {
    table.iter().position(|row| row.name == name || any_case && row.name.eq_ignore_ascii_case(name))
}
