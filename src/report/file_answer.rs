//! The answer of the issue log about a file. Its texts are untrusted.

use keywright_verify::Reason;

/// The answer about a file.
#[derive(Debug, Clone, Default)]
pub struct FileAnswer {
    /// The licenses that its blocks were issued in.
    pub licenses: Vec<IssuedLicense>,
    /// Number of blocks.
    pub blocks: usize,
    /// Number of blocks with other content than issued.
    pub changed: usize,
    /// Number of blocks that were never issued.
    pub not_issued: usize,
}

/// A license in the log.
#[derive(Debug, Clone)]
pub struct IssuedLicense {
    /// Serial number.
    pub sn: String,
    /// Customer of the order.
    pub customer: String,
    /// Day of issue.
    pub day: String,
    /// Its state on the verification date.
    pub state: IssuedState,
}

/// The state of a license in the log.
#[derive(Debug, Clone)]
pub enum IssuedState {
    /// None of the others.
    Current,
    /// All its blocks have ended, the last one on this day.
    Ended(String),
    /// A later issue of the serial number, of this day, replaced it.
    Corrected(String),
    /// The license with this serial number, issued on this day, replaced it.
    Replaced(String, String),
    /// The license with this serial number, issued on this day, renewed it.
    Renewed(String, String),
    /// It is revoked.
    Revoked(Reason),
}
