//! Matches between files that are linted as separate licenses.

use keywright_syntax::source::FileId;

/// A match between a block and an earlier file of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossFileMatch {
    /// The file.
    pub file: FileId,
    /// The block, by its index in the tree (as in `Feature::block`).
    pub block: usize,
    /// The match in the earlier file.
    pub twin: DuplicateKind,
    /// File name and line, as in `a.lic:3`. Untrusted text.
    pub place: String,
}

/// A kind of match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DuplicateKind {
    /// The same block of the same set.
    Block,
    /// A feature of the same vendor with a different name that looks alike.
    Name(String),
}
