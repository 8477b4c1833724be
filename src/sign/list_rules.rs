//! Rules that decide which revocation lists are current: a pure function of the offered lists, the trust store and its
//! memory.
//!
//! Rules, for the lists of one vendor and usage:
//!
//! - A list is accepted if an active key signed it, if it was seen before, or if the trust store recorded it when a key
//!   was retired or compromised.
//! - The newest accepted list is current, unless two lists of the newest version differ. Then no list is current.
//! - If two lists of the newest version differ, the revocations of both apply.
//! - A list that is not accepted makes its vendor stale. The name of its file does not matter.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use keywright_verify::{
    Digest, Domain, KeyId, KeyState, ListMark, Mode, Revocations, Revoked, SignedList, Trust, TrustError,
    TrustedKey, Usage, choose, may_publish,
};

use super::revocation_list::{Authentic, RevocationList, authenticate, development};
use super::rollback::{LastSeen, ListId, ListKind, Rollback, Seen};

/// The outcome for a set of offered lists.
#[derive(Debug, Clone, Default)]
pub struct Judged {
    /// The revocations, and the vendors that are stale.
    pub revocations: Revocations,
    /// The memory, updated with these lists.
    pub seen: LastSeen,
    /// Lists that are not accepted.
    pub refused: Vec<Refused>,
    /// Accepted lists by vendor and usage, including older versions.
    accepted: BTreeMap<ListId, Vec<Accepted>>,
    /// Vendors and usages whose newest lists differ.
    conflicts: BTreeMap<ListId, String>,
    /// Vendors and usages for which an older list was offered.
    older: BTreeMap<ListId, TrustError>,
}

/// A list that is not accepted.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Index among the offered lists, from 0.
    pub at: usize,
    /// The reason.
    pub error: TrustError,
    /// The kind of reason.
    pub kind: RefusedKind,
}

/// Kinds of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusedKind {
    /// It is signed with a development key, and only production keys are accepted. It does not affect production.
    Development,
    /// A newer list was seen, or its version is too high.
    Version,
    /// Any other reason. It makes the vendor stale.
    NotAccepted,
}

#[derive(Debug, Clone)]
struct Accepted {
    list: RevocationList,
    signer: KeyId,
}

impl Judged {
    /// The current list of a vendor and usage.
    #[must_use]
    pub fn current(&self, id: &ListId) -> Option<&RevocationList> {
        if self.conflicts.contains_key(id) {
            return None;
        }
        let lists = self.accepted.get(id)?;
        lists.iter().map(|accepted| &accepted.list).max_by_key(|list| list.version)
    }

    /// Returns why the newest lists of a vendor and usage contradict each other.
    #[must_use]
    pub fn conflict(&self, id: &ListId) -> Option<&str> {
        self.conflicts.get(id).map(String::as_str)
    }

    /// Returns one list with the revocations of all accepted lists of a vendor and usage, the base of the next version.
    /// `None` if one of the newest lists is missing.
    #[must_use]
    pub fn united(&self, id: &ListId) -> Option<RevocationList> {
        let lists = self.accepted.get(id)?;
        let offered: BTreeSet<Digest> = lists.iter().map(|accepted| accepted.list.digest).collect();
        if !self.seen.get(id)?.digests().is_subset(&offered) {
            return None;
        }
        let newest = lists.iter().max_by_key(|accepted| accepted.list.version)?;
        let mut united = newest.list.clone();
        for other in lists {
            united.revoked.add(&other.list.revoked);
        }
        Some(united)
    }

    fn refuse(&mut self, at: usize, kind: RefusedKind, error: TrustError) {
        self.refused.push(Refused { at, error, kind });
    }

    /// Makes the vendors stale that a rejected list may belong to.
    fn stale(&mut self, vendors: impl IntoIterator<Item = (String, Usage)>, error: &TrustError) {
        for (vendor, usage) in vendors {
            self.revocations.of_mut(usage).rejected.entry(vendor).or_insert_with(|| error.to_string());
        }
    }
}

/// Decides which of the offered lists are accepted. `today` is the real day, not the day that licenses are verified for.
#[must_use]
pub fn judge_lists(offered: &[&[u8]], trust: &Trust, mode: Mode, seen: &LastSeen, today: Date) -> Judged {
    let mut judged = Judged { seen: seen.clone(), ..Judged::default() };
    let mut unknown: Vec<TrustError> = Vec::new();
    let opened: Vec<_> = offered.iter().map(|bytes| authenticate(bytes, trust)).collect();
    // Must be done before any list is checked: a memory of format 1 does not record which lists are of development keys.
    for opened in opened.iter().flatten() {
        assign_usage(&mut judged.seen, opened);
    }
    let before = judged.seen.clone();
    for (at, (opened, bytes)) in opened.into_iter().zip(offered).enumerate() {
        match opened.and_then(|opened| accept(opened, trust, &before, today)) {
            Ok((id, _)) if !mode.accepts(id.usage) => {
                let signer =
                    SignedList::split(bytes, Domain::Revocation).ok().and_then(|s| s.signers().next());
                let error = signer
                    .map_or_else(|| TrustError::new("it is signed with a development key"), development);
                judged.refuse(at, RefusedKind::Development, error);
            }
            Ok((id, accepted)) => judged.sort_in(at, id, accepted, trust, &before),
            Err(error) => {
                let vendors = vendors_named(bytes, trust);
                let only_development = vendors.iter().all(|(_, usage)| !mode.accepts(*usage));
                let kind = match !vendors.is_empty() && only_development {
                    true => RefusedKind::Development,
                    false => RefusedKind::NotAccepted,
                };
                if vendors.is_empty() {
                    unknown.push(error.clone());
                }
                judged.stale(vendors, &error);
                judged.refuse(at, kind, error);
            }
        }
    }
    judged.conclude(trust, &before);
    for error in unknown {
        let vendors = judged.without_list(trust, &before);
        judged.stale(vendors, &error);
    }
    judged
}

/// Decides whether a list is accepted, and for which usage.
fn accept(
    opened: Authentic<'_>,
    trust: &Trust,
    seen: &LastSeen,
    today: Date,
) -> Result<(ListId, Accepted), TrustError> {
    let Authentic { list, signers } = opened;
    let id = |usage| ListId::revocation(&list.vendor, usage);
    let is_known = |key: &TrustedKey| {
        let seen = trusted_memory(&id(key.entry.usage), trust, seen);
        seen.is_some_and(|seen| seen.digests().contains(&list.digest))
            || trust.recorded(&list.vendor, key.entry.usage).any(|mark| mark.digest == list.digest)
    };
    let signer = choose(&signers, |key| match is_known(key) {
        true => Ok(()),
        false => {
            refuse_revoked(key, trust, seen)?;
            may_publish(key, list.issued, today)
        }
    })?;
    Ok((id(signer.entry.usage), Accepted { signer: signer.key.id(), list }))
}

/// Checks that no revocation list revokes a key. A revoked key does not publish, even if its entry is active.
pub(super) fn refuse_revoked(key: &TrustedKey, trust: &Trust, seen: &LastSeen) -> Result<(), TrustError> {
    let id = key.key.id();
    let usages = [Usage::Production, key.entry.usage];
    if usages.iter().any(|usage| revoked(&key.entry.vendor, *usage, trust, seen).contains(&id)) {
        return Err(TrustError::new(format!("it is signed with key {id}, which a revocation list revokes")));
    }
    Ok(())
}

/// Returns the keys that earlier lists revoked. Lists signed with a compromised key are ignored: the lists that are
/// accepted now repeat the revocations of the vendor.
fn revoked(vendor: &str, usage: Usage, trust: &Trust, seen: &LastSeen) -> BTreeSet<KeyId> {
    let entry = seen.get(&ListId::revocation(vendor, usage));
    let entry = entry.filter(|entry| !is_lost(entry.signer, trust));
    entry.map(|entry| entry.revoked.clone()).unwrap_or_default()
}

fn is_lost(signer: Option<KeyId>, trust: &Trust) -> bool {
    let signer = signer.and_then(|signer| trust.get(signer));
    signer.is_some_and(|key| matches!(key.entry.state, KeyState::Compromised(_)))
}

/// Returns the newest list that was seen, unless a compromised key signed it and the store records which list was
/// current then. A thief may have published a version that is too high for any further list of the vendor.
fn trusted_memory<'s>(id: &ListId, trust: &Trust, seen: &'s LastSeen) -> Option<&'s Seen> {
    seen.get(id).filter(|seen| {
        let signer = seen.signer.and_then(|signer| trust.get(signer));
        !(is_lost(seen.signer, trust) && signer.is_some_and(|key| key.entry.lists.is_some()))
    })
}

/// Returns the list with which offered lists are compared: the newest that was seen or that the trust store recorded.
fn floor(id: &ListId, trust: &Trust, seen: &LastSeen) -> Option<Seen> {
    let recorded = trust.recorded(&id.vendor, id.usage).max().copied();
    let recorded = recorded.map(|ListMark { version, digest }| Seen::new(version, digest));
    match (trusted_memory(id, trust, seen), recorded) {
        (Some(seen), Some(recorded)) if recorded.version <= seen.version => Some(seen.clone()),
        (seen, recorded) => recorded.or_else(|| seen.cloned()),
    }
}

/// Moves an entry of a format 1 memory, which has no usages, if its digest is that of a development list.
fn assign_usage(seen: &mut LastSeen, opened: &Authentic<'_>) {
    let id = ListId::revocation(&opened.list.vendor, Usage::Production);
    let development = opened.signers.iter().all(|key| key.entry.usage == Usage::Development);
    let is_entry =
        seen.get(&id).is_some_and(|seen| seen.signer.is_none() && seen.digest == opened.list.digest);
    if development && is_entry {
        seen.assign_usage(&id, Usage::Development);
    }
}

/// Returns the vendors of the keys that a list names as its signers, unverified. This only decides which vendors become stale.
fn vendors_named(bytes: &[u8], trust: &Trust) -> BTreeSet<(String, Usage)> {
    let Ok(list_file) = SignedList::split(bytes, Domain::Revocation) else { return BTreeSet::new() };
    let keys = list_file.signers().filter_map(|id| trust.get(id));
    keys.map(|key| (key.entry.vendor.clone(), key.entry.usage)).collect()
}

impl Judged {
    /// Adds an accepted list to those of its vendor and usage, unless its version is too old or too high.
    fn sort_in(&mut self, at: usize, id: ListId, accepted: Accepted, trust: &Trust, seen: &LastSeen) {
        let (version, digest) = (accepted.list.version, accepted.list.digest);
        match floor(&id, trust, seen).map_or(Ok(()), |floor| floor.check(version, &digest)) {
            Err(rollback @ (Rollback::Older { .. } | Rollback::TooHigh { .. })) => {
                let error =
                    TrustError::new(rollback.to_string()).help("fetch the newest list from the vendor");
                self.refuse(at, RefusedKind::Version, error.clone());
                let too_high = matches!(rollback, Rollback::TooHigh { .. });
                if too_high {
                    self.stale([(id.vendor.clone(), id.usage)], &error);
                } else {
                    self.older.insert(id, error);
                }
            }
            Ok(()) | Err(Rollback::Differs { .. }) => self.accepted.entry(id).or_default().push(accepted),
        }
    }

    fn revoke(&mut self, id: &ListId, revoked: &Revoked) {
        let lists = self.revocations.of_mut(id.usage);
        lists.vendors.entry(id.vendor.clone()).or_default().add(revoked);
    }

    /// Decides which list is current for each vendor and usage.
    fn conclude(&mut self, trust: &Trust, before: &LastSeen) {
        for (id, lists) in std::mem::take(&mut self.accepted) {
            let floor = floor(&id, trust, before);
            if let Some(seen) = self.newest(&id, &lists, floor, trust, before) {
                self.seen.note(id.clone(), seen);
            }
            for accepted in &lists {
                self.revoke(&id, &accepted.list.revoked);
            }
            self.accepted.insert(id, lists);
        }
        self.remembered(trust, before);
        self.missing(trust, before);
    }

    /// Returns the memory entry for the newest list of a vendor and usage, and records a conflict if there is one.
    fn newest(
        &mut self,
        id: &ListId,
        lists: &[Accepted],
        floor: Option<Seen>,
        trust: &Trust,
        before: &LastSeen,
    ) -> Option<Seen> {
        let newest = lists.iter().max_by_key(|accepted| accepted.list.version)?;
        let version = newest.list.version;
        let known = floor.filter(|floor| floor.version == version);
        let mut digests: BTreeSet<Digest> = known.iter().flat_map(Seen::digests).collect();
        let of_version = lists.iter().filter(|accepted| accepted.list.version == version);
        digests.extend(of_version.clone().map(|accepted| accepted.list.digest));
        if digests.len() > 1 {
            let shown: Vec<String> = digests.iter().map(ToString::to_string).collect();
            let reason = format!(
                "two lists of version {version} have different texts, with digests {}",
                shown.join(" and ")
            );
            self.revocations.of_mut(id.usage).rejected.insert(id.vendor.clone(), reason.clone());
            self.conflicts.insert(id.clone(), reason);
        } else {
            let own = self.revocations.of_mut(id.usage).vendors.entry(id.vendor.clone()).or_default();
            own.expires = newest.list.revoked.expires;
        }
        let digest = known.as_ref().map_or(newest.list.digest, |known| known.digest);
        digests.remove(&digest);
        let is_ours = |key: &KeyId| trust.get(*key).is_some_and(|key| key.entry.vendor == id.vendor);
        let mut keys = revoked(&id.vendor, id.usage, trust, before);
        keys.extend(
            of_version.flat_map(|accepted| accepted.list.revoked.key_ids.keys()).filter(|k| is_ours(k)),
        );
        Some(Seen { version, digest, also: digests, signer: Some(newest.signer), revoked: keys })
    }

    /// Adds keys that earlier lists revoked, which remain revoked while these lists are missing.
    fn remembered(&mut self, trust: &Trust, before: &LastSeen) {
        for (id, _) in before.seen(ListKind::Revocation) {
            for key in revoked(&id.vendor, id.usage, trust, before) {
                let lists = self.revocations.of_mut(id.usage);
                let own = lists.vendors.entry(id.vendor.clone()).or_default();
                own.key_ids.entry(key).or_insert_with(|| "by a list that was seen before".to_owned());
            }
        }
    }

    /// Records vendors whose list was seen before and is not among the accepted lists.
    fn missing(&mut self, trust: &Trust, before: &LastSeen) {
        for (id, error) in std::mem::take(&mut self.older) {
            if !self.accepted.contains_key(&id) {
                self.stale([(id.vendor, id.usage)], &error);
            }
        }
        for (id, _) in before.seen(ListKind::Revocation) {
            let Some(floor) = floor(id, trust, before).filter(|_| !self.accepted.contains_key(id)) else {
                continue;
            };
            self.revocations.of_mut(id.usage).missing.insert(id.vendor.clone(), floor.version);
        }
    }

    /// Returns the vendors that a list of unknown origin may belong to: those whose list is missing, or all if none is missing.
    fn without_list(&self, trust: &Trust, before: &LastSeen) -> BTreeSet<(String, Usage)> {
        let seen = before.seen(ListKind::Revocation).map(|(id, _)| id);
        let missing = seen.filter(|id| !self.accepted.contains_key(id));
        let missing: BTreeSet<_> = missing.map(|id| (id.vendor.clone(), id.usage)).collect();
        if !missing.is_empty() {
            return missing;
        }
        trust.keys().iter().map(|key| (key.entry.vendor.clone(), key.entry.usage)).collect()
    }
}
