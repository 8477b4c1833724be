//! Two issues of one order, block by block: the n-th block of a name with the n-th.

use super::change::{Change, changes};

/// What became of one block of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is in the later issue only.
    New(String),
    /// It is in the earlier issue only.
    Gone(String),
    /// It is in both; what differs, which can be nothing.
    Both(String, Vec<Change>),
}

/// What differs between two issues, each as names and payloads in file order.
#[must_use]
pub fn differences(before: &[(&str, &[u8])], after: &[(&str, &[u8])]) -> Vec<Difference> {
    let mut left: Vec<&(&str, &[u8])> = before.iter().collect();
    let mut told: Vec<Difference> = Vec::with_capacity(after.len());
    for (name, payload) in after {
        // The first that is left of a name is the n-th of it: the ones before it were taken.
        match left.iter().position(|(other, _)| other == name) {
            Some(at) => {
                let (_, old) = left.remove(at);
                let changes = if old == payload { Vec::new() } else { changes(old, payload) };
                told.push(Difference::Both((*name).to_owned(), changes));
            }
            None => told.push(Difference::New((*name).to_owned())),
        }
    }
    told.extend(left.into_iter().map(|(name, _)| Difference::Gone((*name).to_owned())));
    told
}
