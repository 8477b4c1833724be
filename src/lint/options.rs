//! The options of a lint run, and what its caller found out about the files.

use jiff::civil::Date;

use keywright_syntax::source::FileId;

use super::cross_file_match::CrossFileMatch;
use super::level::Levels;
use super::policy::Policy;

/// Default maximum number of findings kept per file; the rest is only counted.
pub const MAX_FINDINGS: usize = 1000;

/// The purpose of a lint run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// The files are being written or reviewed.
    #[default]
    Draft,
    /// The files are about to be signed, so missing KEYs are accepted.
    Signing,
    /// The files are about to be sent to a customer.
    Issuing,
}

/// Options of a lint run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The day for which dates are checked.
    pub at: Date,
    /// The purpose of the run.
    pub stage: Stage,
    /// Levels that override the severities of the rules.
    pub levels: Levels,
    /// Vendor policy.
    pub policy: Policy,
    /// Maximum number of findings kept per file; the rest is only counted.
    pub most: usize,
    /// Verification results for KEYs; empty without a trust store.
    pub keys: Vec<KeyFinding>,
    /// Matches with earlier files of the run that are separate licenses.
    pub elsewhere: Vec<CrossFileMatch>,
}

impl Options {
    /// The default options for a day.
    #[must_use]
    pub fn at(at: Date) -> Self {
        Self {
            at,
            stage: Stage::Draft,
            levels: Levels::default(),
            policy: Policy::default(),
            most: MAX_FINDINGS,
            keys: Vec::new(),
            elsewhere: Vec::new(),
        }
    }
}

/// A verification failure of the KEY of one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFinding {
    /// The file.
    pub file: FileId,
    /// The block, by its index in the tree (as in `Feature::block`).
    pub block: usize,
    /// The failure.
    pub state: KeyState,
    /// Details such as the key ID or its dates; may be empty.
    pub detail: String,
}

/// A verification failure of a well-formed KEY.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Its version or algorithm is not supported.
    Unsupported,
    /// The signing key is not in the trust store.
    UnknownKey,
    /// The signing key belongs to another vendor.
    NotForVendor,
    /// It does not match the block, which was changed after signing.
    Mismatch,
    /// The signing key or the license is revoked.
    Revoked,
    /// It was made outside the validity period of the signing key.
    OutOfTime,
    /// It was made with a development key.
    Development,
}
