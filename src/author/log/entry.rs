//! Entries of the log, the chain of their hashes, and the head.

use crate::author::fault::Fault;
use crate::sign::payload::push_number;
use crate::sign::{Digest, KeyId};

/// What was issued for one order at one time: one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// When, as `YYYY-MM-DDTHH:MM:SSZ`.
    pub issued_at: String,
    /// The key that signed.
    pub key: KeyId,
    /// VENDOR.
    pub vendor: String,
    /// The customer of the order.
    pub customer: String,
    /// The order's serial number.
    pub sn: String,
    /// The name of the license file.
    pub file: String,
    /// Digest of the order.
    pub order: Digest,
}

/// One KEY of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The block's name.
    pub feature: String,
    /// END, `YYYY-MM-DD`; empty where there is none.
    pub ends: String,
    /// The template it was made from.
    pub template: String,
    /// Digest of the payload.
    pub digest: Digest,
    /// The signed bytes.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

/// An entry with its number and what it is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// Its number, from 1.
    pub seq: i64,
    /// The number of the first entry of its issue, which is also the issue's.
    pub first: i64,
    /// The hash of it and of all before it.
    pub hash: Digest,
    /// Its issue.
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

    /// What is signed.
    pub(super) fn digest(&self) -> Digest {
        Digest::of(format!("keywright-log-head 1\n{}\n{}\n", self.seq, self.hash).as_bytes())
    }
}

/// `seq:hash`, to be kept outside of the log.
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
        read.ok_or_else(|| Fault::new("a head is a number, a colon and 128 digits of 0-9 and a-f"))
    }
}

/// The hash of an entry and of all before it: lengths stand before values, so that no two entries share their bytes.
///
/// The payload is in it by its digest. What all entries of an issue have in common is in the first one's, which all others
/// follow from.
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
    }
    push(entry.feature.as_bytes());
    push(entry.ends.as_bytes());
    push(entry.template.as_bytes());
    push(entry.digest.as_bytes());
    push(&entry.signature);
    Digest::of(&bytes)
}

/// An entry in one line.
pub(super) fn line(known: &Numbered) -> String {
    let Numbered { issue, entry, .. } = known;
    let until =
        if entry.ends.is_empty() { "without end".to_owned() } else { format!("until {}", entry.ends) };
    format!("{} {} {} `{}` {until}", issue.issued_at, issue.sn, entry.feature, issue.customer)
}
