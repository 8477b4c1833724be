//! Entries of a trust list, and the error for a trust store that cannot be used.

use std::fmt;

use jiff::civil::Date;

use super::key_state::{KeyState, Usage};
use super::message::{Digest, KeyId};

/// The entry of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustEntry {
    /// The owner of the key. A block with another VENDOR is never accepted with it.
    pub vendor: String,
    /// The key's id.
    pub id: KeyId,
    /// Name of the public key file, in the directory of the list.
    pub file: String,
    /// Its usage.
    pub usage: Usage,
    /// First day on which it may sign.
    pub not_before: Date,
    /// Last day on which it may sign.
    pub not_after: Date,
    /// Its state.
    pub state: KeyState,
    /// For a retired or compromised key: the revocation lists that were current when its state changed. `None` if that was
    /// not recorded, empty if there was no list.
    pub lists: Option<Vec<ListMark>>,
    /// Its line in the list, from 1.
    pub line: u64,
}

/// A signed list, identified without its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListMark {
    /// Its version.
    pub version: u64,
    /// Its digest.
    pub digest: Digest,
}

/// The reason why a trust store cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustError {
    /// The fault. It contains text of the list: escape it before it goes to a terminal.
    pub message: String,
    /// Line and column in the list, from 1, where one can be named.
    pub place: Option<(u64, u64)>,
    /// Advice.
    pub help: Option<String>,
}

impl TrustError {
    /// A fault of no place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, help: None }
    }

    /// A fault in a line of the list.
    #[must_use]
    pub fn at(line: u64, message: impl Into<String>) -> Self {
        Self { place: Some((line, 1)), ..Self::new(message) }
    }

    /// Adds the advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for TrustError {}
