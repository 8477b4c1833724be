//! Entries of the log, the chain of their hashes, and the head.

use crate::author::fault::Fault;
use crate::sign::payload::push_number;
use crate::sign::{Digest, KeyId};

/// One KEY that was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
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
    /// The block's name.
    pub feature: String,
    /// END, `YYYY-MM-DD`; empty where there is none.
    pub ends: String,
    /// The template it was made from.
    pub template: String,
    /// The name of the license file.
    pub file: String,
    /// Digest of the order.
    pub order: Digest,
    /// Digest of the payload.
    pub digest: Digest,
    /// The signed bytes.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

/// An entry with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    /// Its number, from 1.
    pub seq: i64,
    /// Its issue: the number of the first entry of what was issued for one order at one time.
    pub issue: i64,
    /// The hash of it and of all before it.
    pub hash: Digest,
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
        Self { seq: 0, hash: Digest::of(b"keywright-log 2\n") }
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
pub(super) fn hash_of(before: &Head, seq: i64, issue: i64, entry: &Entry) -> Digest {
    let (seq, issue) = (seq.to_string(), issue.to_string());
    let key = entry.key.to_string();
    let fields: [&[u8]; 15] = [
        before.hash.as_bytes(),
        seq.as_bytes(),
        issue.as_bytes(),
        entry.issued_at.as_bytes(),
        key.as_bytes(),
        entry.vendor.as_bytes(),
        entry.customer.as_bytes(),
        entry.sn.as_bytes(),
        entry.feature.as_bytes(),
        entry.ends.as_bytes(),
        entry.template.as_bytes(),
        entry.file.as_bytes(),
        entry.order.as_bytes(),
        entry.payload.as_slice(),
        &entry.signature,
    ];
    let size: usize = fields.iter().map(|field| field.len() + 8).sum();
    let mut bytes = Vec::with_capacity(size + 32);
    bytes.extend_from_slice(b"keywright-log-entry 2\n");
    for field in fields {
        push_number(&mut bytes, field.len());
        bytes.push(b' ');
        bytes.extend_from_slice(field);
        bytes.push(b'\n');
    }
    Digest::of(&bytes)
}

/// An entry in one line.
pub(super) fn line(entry: &Entry) -> String {
    let until =
        if entry.ends.is_empty() { "without end".to_owned() } else { format!("until {}", entry.ends) };
    format!("{} {} {} `{}` {until}", entry.issued_at, entry.sn, entry.feature, entry.customer)
}
