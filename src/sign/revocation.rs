//! What was withdrawn: single blocks, whole sets, keys. How a revocation list is signed and read is another matter.

use std::collections::BTreeMap;

use super::message::{Digest, KeyId};

/// Withdrawn blocks, sets and keys, each with the reason that was given. Reasons are text of a list: escape them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revocations {
    /// Blocks, by the digest of their payload.
    pub digests: BTreeMap<Digest, String>,
    /// Sets, by vendor and SN: serial numbers are a vendor's own.
    pub sns: BTreeMap<(String, String), String>,
    /// Keys: nothing they signed counts.
    pub key_ids: BTreeMap<KeyId, String>,
}

impl Revocations {
    /// Why a block is withdrawn, if it is: the narrowest entry first.
    #[must_use]
    pub fn reason(&self, digest: &Digest, vendor: &str, sn: Option<&str>, key: KeyId) -> Option<String> {
        if let Some(reason) = self.digests.get(digest) {
            return Some(format!("this block was withdrawn: {reason}"));
        }
        if let Some(sn) = sn
            && let Some(reason) = self.sns.get(&(vendor.to_owned(), sn.to_owned()))
        {
            return Some(format!("all blocks with SN `{sn}` were withdrawn: {reason}"));
        }
        let reason = self.key_ids.get(&key)?;
        Some(format!("key {key} was withdrawn: {reason}"))
    }
}
