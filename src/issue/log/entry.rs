//! Log entries, the hash chain, and the head.

use crate::error::Fault;
use keywright_verify::payload::push_number;
use keywright_verify::{Digest, KeyId};

/// The record of one license file, issued for one order at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Time of issue, `YYYY-MM-DDTHH:MM:SSZ`.
    pub issued_at: String,
    /// The signing key.
    pub key: KeyId,
    /// VENDOR.
    pub vendor: String,
    /// Customer of the order.
    pub customer: String,
    /// Serial number of the order.
    pub sn: String,
    /// Name of the license file.
    pub file: String,
    /// Digest of the order.
    pub order: Digest,
    /// Kind of the order; empty if it stated none.
    pub kind: String,
    /// Serial number of the license that the order refers to; empty if there is none.
    pub of: String,
    /// Reason for accepting a loss; empty if nothing was lost.
    pub loss_reason: String,
    /// Text of the license file; none in issues of a version 3 log.
    pub text: Option<String>,
}

/// The record of one KEY of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Name of the block.
    pub feature: String,
    /// END, `YYYY-MM-DD`; empty if there is none.
    pub ends: String,
    /// Template of the block.
    pub template: String,
    /// Digest of the payload.
    pub digest: Digest,
    /// The signed bytes.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

/// An entry with its number and its issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Entry number, from 1.
    pub seq: i64,
    /// Number of the first entry of its issue; also the number of the issue.
    pub first: i64,
    /// Hash of this entry and all entries before it.
    pub hash: Digest,
    /// The issue.
    pub issue: Issue,
    /// The entry.
    pub entry: Entry,
}

/// The end of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry; 0 in an empty log.
    pub seq: i64,
    /// Hash of the last entry.
    pub hash: Digest,
}

impl Head {
    pub(super) fn empty() -> Self {
        Self { seq: 0, hash: Digest::of(b"keywright-log 3\n") }
    }

    /// Returns the digest that is signed.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(format!("keywright-log-head 1\n{}\n{}\n", self.seq, self.hash).as_bytes())
    }
}

/// Formats as `seq:hash`, for saving outside of the log.
impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

impl std::str::FromStr for Head {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let read = text.split_once(':').and_then(|(seq, hash)| {
            Some(Self { seq: seq.parse().ok().filter(|seq| *seq >= 0)?, hash: Digest::parse(hash)? })
        });
        read.ok_or_else(|| {
            Fault::new("invalid head: expected a number, a colon and 128 hexadecimal digits (0-9, a-f)")
        })
    }
}

/// Returns the hash of an entry and all entries before it. Every field is preceded by its length, so different entries
/// never produce the same bytes.
///
/// The payload is covered through its digest. Data shared by all entries of an issue is hashed with the first entry
/// only; the others follow it in the chain.
pub(super) fn hash_of(before: &Head, seq: i64, first: i64, issue: &Issue, entry: &Entry) -> Digest {
    let mut bytes = Vec::with_capacity(512);
    bytes.extend_from_slice(b"keywright-log-entry 3\n");
    let mut push = |field: &[u8]| {
        push_number(&mut bytes, field.len());
        bytes.push(b' ');
        bytes.extend_from_slice(field);
        bytes.push(b'\n');
    };
    push(before.hash.as_bytes());
    push(&seq.to_be_bytes());
    push(&first.to_be_bytes());
    if seq == first {
        push(issue.issued_at.as_bytes());
        push(issue.key.as_bytes());
        push(issue.vendor.as_bytes());
        push(issue.customer.as_bytes());
        push(issue.sn.as_bytes());
        push(issue.file.as_bytes());
        push(issue.order.as_bytes());
        // Issues of version 3 end here.
        if let Some(text) = &issue.text {
            push(issue.kind.as_bytes());
            push(issue.of.as_bytes());
            push(issue.loss_reason.as_bytes());
            push(Digest::of(text.as_bytes()).as_bytes());
        }
    }
    push(entry.feature.as_bytes());
    push(entry.ends.as_bytes());
    push(entry.template.as_bytes());
    push(entry.digest.as_bytes());
    push(&entry.signature);
    Digest::of(&bytes)
}

/// Formats an entry as one line.
pub(super) fn line(known: &Record) -> String {
    let Record { issue, entry, .. } = known;
    let until = if entry.ends.is_empty() { "no end".to_owned() } else { format!("until {}", entry.ends) };
    format!("{} {} {} `{}` {until}", issue.issued_at, issue.sn, entry.feature, issue.customer)
}
