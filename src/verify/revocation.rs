//! Revoked blocks, sets and keys.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::key_state::Usage;
use super::message::{Digest, KeyId};
use super::reason::Reason;

/// The revocations of one vendor, each with its reason. Reasons are untrusted text: escape them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revoked {
    /// Revoked blocks, by the digest of their payload.
    pub digests: BTreeMap<Digest, String>,
    /// Revoked sets, by SN.
    pub sns: BTreeMap<String, String>,
    /// Revoked keys. Nothing that they signed is accepted.
    pub key_ids: BTreeMap<KeyId, String>,
    /// Last day of the list. After it, the list is stale.
    pub expires: Option<Date>,
}

impl Revoked {
    /// Adds the revocations of another list of the vendor. `expires` does not change.
    pub fn add(&mut self, other: &Self) {
        for (digest, reason) in &other.digests {
            self.digests.entry(*digest).or_insert_with(|| reason.clone());
        }
        for (sn, reason) in &other.sns {
            self.sns.entry(sn.clone()).or_insert_with(|| reason.clone());
        }
        for (id, reason) in &other.key_ids {
            self.key_ids.entry(*id).or_insert_with(|| reason.clone());
        }
    }

    fn reason(&self, digest: &Digest, sn: Option<&str>, key: Option<KeyId>) -> Option<Reason> {
        if let Some(reason) = self.digests.get(digest) {
            return Some(Reason::new("this block was revoked: ").quoted_unknown(reason));
        }
        if let Some((sn, reason)) = sn.and_then(|sn| self.sns.get_key_value(sn)) {
            let of_set = Reason::new("revoked with all blocks of its SN: SN ").value("SN", sn);
            return Some(of_set.text(", ").quoted_unknown(reason));
        }
        let key = key?;
        let reason = self.key_ids.get(&key)?;
        Some(Reason::new("key ").fact(key).text(" was revoked: ").quoted_unknown(reason))
    }
}

/// Revocations by vendor. A vendor can revoke only what it issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revocations {
    /// Lists of production keys, which apply to all keys of the vendor.
    pub vendors: BTreeMap<String, Revoked>,
    /// Vendors whose list was seen before and is missing now, with that version.
    pub missing: BTreeMap<String, u64>,
    /// Vendors with a list that is not accepted, with the reason.
    pub rejected: BTreeMap<String, String>,
    /// Lists of development keys, which apply only to development keys and their blocks.
    pub development: Option<Box<Revocations>>,
}

impl Revocations {
    /// The lists that keys of this usage signed.
    pub fn of_mut(&mut self, usage: Usage) -> &mut Self {
        match usage {
            Usage::Production => self,
            Usage::Development => self.development.get_or_insert_default(),
        }
    }

    /// Lists that apply to keys of this usage.
    fn applying(&self, usage: Usage) -> impl Iterator<Item = &Self> {
        let development = self.development.as_deref().filter(|_| usage == Usage::Development);
        std::iter::once(self).chain(development)
    }

    /// Returns why a block is revoked: by its digest, else by its SN, else by its key. `usage` is that of the key that
    /// signed it.
    #[must_use]
    pub fn reason(
        &self,
        digest: &Digest,
        vendor: &str,
        sn: Option<&str>,
        (key, usage): (KeyId, Usage),
    ) -> Option<Reason> {
        self.applying(usage).find_map(|lists| lists.vendors.get(vendor)?.reason(digest, sn, Some(key)))
    }

    /// Returns why a block that a key of this usage is going to sign would be revoked: by its digest, else by its SN.
    #[must_use]
    pub fn unsigned_reason(
        &self,
        digest: &Digest,
        vendor: &str,
        sn: Option<&str>,
        usage: Usage,
    ) -> Option<Reason> {
        self.applying(usage).find_map(|lists| lists.vendors.get(vendor)?.reason(digest, sn, None))
    }

    /// Returns why a key is revoked.
    #[must_use]
    pub fn key_reason(&self, vendor: &str, key: KeyId, usage: Usage) -> Option<&str> {
        self.applying(usage)
            .find_map(|lists| lists.vendors.get(vendor)?.key_ids.get(&key))
            .map(String::as_str)
    }

    /// Returns why the revocations of this vendor for blocks of a usage are uncertain: its list expired, is missing or is
    /// not accepted.
    #[must_use]
    pub fn stale(&self, vendor: &str, usage: Usage, at: Date) -> Option<String> {
        self.applying(usage).find_map(|lists| lists.own_stale(vendor, at))
    }

    fn own_stale(&self, vendor: &str, at: Date) -> Option<String> {
        if let Some(reason) = self.rejected.get(vendor) {
            return Some(format!("a revocation list of {vendor} is not accepted: {reason}"));
        }
        if let Some(version) = self.missing.get(vendor) {
            return Some(format!(
                "the revocation list of {vendor}, version {version} when it was last seen, is missing"
            ));
        }
        let expires = self.vendors.get(vendor)?.expires.filter(|expires| *expires < at)?;
        Some(format!("the revocation list of {vendor} expired on {expires} (verified for {at})"))
    }
}
