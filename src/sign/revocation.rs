//! What was withdrawn: single blocks, whole sets, keys.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::message::{Digest, KeyId};
use super::reason::Reason;

/// What one vendor withdrew, each entry with the reason that was given. Reasons are text of a list: escape them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withdrawn {
    /// Blocks, by the digest of their payload.
    pub digests: BTreeMap<Digest, String>,
    /// Sets, by SN.
    pub sns: BTreeMap<String, String>,
    /// Keys: nothing they signed counts.
    pub key_ids: BTreeMap<KeyId, String>,
    /// Last day for which the list speaks; later it is stale.
    pub expires: Option<Date>,
}

/// What was withdrawn, by vendor: nobody withdraws what another vendor issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revocations {
    /// One entry a vendor.
    pub vendors: BTreeMap<String, Withdrawn>,
    /// Vendors whose list was seen before and is not there now, with the version that was seen.
    pub missing: BTreeMap<String, u64>,
    /// Vendors with a list that is not believed, and why: what it says is passed over.
    pub unbelieved: BTreeMap<String, String>,
}

impl Revocations {
    /// Why a block is withdrawn, if it is: the narrowest entry first.
    #[must_use]
    pub fn reason(&self, digest: &Digest, vendor: &str, sn: Option<&str>, key: KeyId) -> Option<Reason> {
        let withdrawn = self.vendors.get(vendor)?;
        if let Some(reason) = withdrawn.digests.get(digest) {
            return Some(Reason::new("this block was withdrawn: ").quoted_unknown(reason));
        }
        if let Some((sn, reason)) = sn.and_then(|sn| withdrawn.sns.get_key_value(sn)) {
            let of_set = Reason::new("withdrawn with all blocks of its SN: SN ").value("SN", sn);
            return Some(of_set.text(", ").quoted_unknown(reason));
        }
        let reason = withdrawn.key_ids.get(&key)?;
        Some(Reason::new("key ").fact(key).text(" was withdrawn: ").quoted_unknown(reason))
    }

    /// Why nothing can be said for sure about what this vendor withdrew: its list is too old or missing.
    #[must_use]
    pub fn stale(&self, vendor: &str, at: Date) -> Option<String> {
        if let Some(reason) = self.unbelieved.get(vendor) {
            return Some(format!("the revocation list of {vendor} is not believed: {reason}"));
        }
        if let Some(version) = self.missing.get(vendor) {
            return Some(format!(
                "the revocation list of {vendor}, version {version} when it was last seen, is not there"
            ));
        }
        let expires = self.vendors.get(vendor)?.expires.filter(|expires| *expires < at)?;
        Some(format!("the revocation list of {vendor} speaks until {expires}, and {at} was asked about"))
    }
}
