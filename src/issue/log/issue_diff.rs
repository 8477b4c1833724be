//! Comparison of two issues of one order. The n-th block of a name is compared with the n-th block of that name.

use super::payload_diff::{Change, changes};

/// Comparison result of one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// Only in the later issue.
    New(String),
    /// Only in the earlier issue.
    Gone(String),
    /// In both, with the list of changes, which can be empty.
    Both(String, Vec<Change>),
}

/// Compares two issues, each given as names and payloads in file order.
#[must_use]
pub fn differences(before: &[(&str, &[u8])], after: &[(&str, &[u8])]) -> Vec<Difference> {
    let mut left: Vec<&(&str, &[u8])> = before.iter().collect();
    let mut differences: Vec<Difference> = Vec::with_capacity(after.len());
    for (name, payload) in after {
        // The first remaining block of a name is the n-th one: earlier ones were removed from `left`.
        match left.iter().position(|(other, _)| other == name) {
            Some(at) => {
                let (_, old) = left.remove(at);
                let changes = if old == payload { Vec::new() } else { changes(old, payload) };
                differences.push(Difference::Both((*name).to_owned(), changes));
            }
            None => differences.push(Difference::New((*name).to_owned())),
        }
    }
    differences.extend(left.into_iter().map(|(name, _)| Difference::Gone((*name).to_owned())));
    differences
}
