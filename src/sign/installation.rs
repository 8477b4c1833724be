//! Rules that decide whether a store may install a trust bundle: a pure function of the bundle, the store and its
//! memory.
//!
//! - The first installation fixes the publisher of the store. Bundles of other vendors are rejected.
//! - A bundle lists keys of its publisher only. Keys of other vendors are added by hand.
//! - An active key of the installed bundle signed it, or a standby key that the bundle makes active. The bundle lists
//!   its signer as active.
//! - A bundle signed with a development key does not replace a bundle with production keys.
//! - A key keeps its usage. Retired and compromised keys remain listed, and do not become active again.
//! - Its version is higher than the last one seen, but not too much higher. Another bundle of the same version makes
//!   the store stale until a newer one is installed.

use std::fmt;

use jiff::civil::Date;

use keywright_verify::{KeyState, Trust, TrustError, TrustedKey, Usage, choose, is_to_come, may_publish};

use super::list_rules::refuse_revoked;
use super::rollback::{LastSeen, ListId, Rollback, Seen};
use super::trust_bundle::TrustBundle;

/// A store before an installation.
#[derive(Debug, Clone, Copy)]
pub struct Installed<'a> {
    /// The installed bundle.
    pub bundle: Option<&'a TrustBundle>,
    /// Keys of other vendors that were added by hand.
    pub added: &'a Trust,
    /// The memory.
    pub seen: &'a LastSeen,
}

/// The reason why a bundle is not installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallFault {
    /// The store does not accept it.
    Refused(TrustError),
    /// It is authentic, but not current.
    NotCurrent(TrustError),
    /// Another bundle of its version was seen. Contains the memory, which records both.
    Equivocation(TrustError, Box<LastSeen>),
}

impl fmt::Display for InstallFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) | Self::NotCurrent(error) | Self::Equivocation(error, _) => error.fmt(f),
        }
    }
}

impl std::error::Error for InstallFault {}

impl From<TrustError> for InstallFault {
    fn from(error: TrustError) -> Self {
        Self::Refused(error)
    }
}

/// Checks whether a store may install a bundle. `first` is the key that the user gave, used only if no bundle is
/// installed. Returns the bundle, and the memory of the store after the installation.
///
/// # Errors
/// Returns an error if a rule of this module is not met.
pub fn install_bundle(
    bytes: &[u8],
    first: Option<&Trust>,
    store: Installed<'_>,
    today: Date,
) -> Result<(TrustBundle, LastSeen), InstallFault> {
    let anchor = match (store.bundle, first) {
        (Some(installed), _) => installed.trust()?,
        (None, Some(first)) => first.clone(),
        (None, None) => {
            return Err(
                TrustError::new("no bundle is installed, and no key of the publisher is given").into()
            );
        }
    };
    let (bundle, signers) = TrustBundle::authenticate(bytes, &anchor)?;
    check_publisher(&bundle, &store)?;
    let is_installed = store.bundle.is_some_and(|installed| installed.digest == bundle.digest);
    if is_installed {
        return Ok((bundle, store.seen.clone()));
    }
    let signer = choose(&signers, |signer| {
        bundle.check_signer(signer)?;
        refuse_revoked(signer, &anchor, store.seen)?;
        check_active(&bundle, signer, today)
    })?;
    check_keys(&bundle, &store, today)?;
    let usage = bundle.own_entry(signer)?.entry.usage;
    check_usage(usage, &store)?;
    let seen = check_version(&bundle, signer, usage, &store)?;
    if let Some(installed) = store.bundle {
        check_changes(installed, &bundle)?;
    }
    if bundle.expires < today {
        let error = TrustError::new(format!("it expired on {}", bundle.expires));
        return Err(InstallFault::NotCurrent(error.help("fetch the newest one from the vendor")));
    }
    Ok((bundle, seen))
}

/// Checks that the publisher does not change, and that the bundle lists keys of its publisher only.
fn check_publisher(bundle: &TrustBundle, store: &Installed<'_>) -> Result<(), TrustError> {
    let vendor = &bundle.vendor;
    let known = store.bundle.map(|installed| installed.vendor.as_str());
    let known = known.map_or_else(|| store.seen.publisher(), |known| Ok(Some(known)))?;
    if let Some(known) = known.filter(|known| known != vendor) {
        let message =
            format!("it is from vendor `{vendor}`, but this trust store accepts bundles of `{known}` only");
        return Err(TrustError::new(message).help("install it into another directory with `--trust DIR`"));
    }
    let foreign = bundle.keys.iter().find(|key| key.entry.vendor != *vendor);
    if let Some(key) = foreign {
        let (id, other) = (key.key.id(), &key.entry.vendor);
        let message = format!("it lists key {id} of vendor `{other}`, but its publisher is `{vendor}`");
        return Err(TrustError::new(message).help(
            "the publisher must write it again with this version of keywright, which omits such keys; `keywright trust add` adds a key of another vendor by hand",
        ));
    }
    Ok(())
}

/// Checks the signer: it is active in the store, or a standby key that the bundle activates, and the bundle lists it as
/// active.
fn check_active(bundle: &TrustBundle, signer: &TrustedKey, today: Date) -> Result<(), TrustError> {
    let id = signer.key.id();
    let own = bundle.own_entry(signer)?;
    if own.entry.state != KeyState::Active {
        let message = format!("it is signed with key {id}, which it lists as {}", own.entry.state);
        return Err(TrustError::new(message).help("only active keys publish trust bundles"));
    }
    may_publish(own, bundle.issued, today)?;
    if signer.entry.state == KeyState::Standby {
        return Ok(());
    }
    may_publish(signer, bundle.issued, today)
}

/// Checks that the bundle does not change a key that was added by hand, and that no state begins in the future. The
/// store would not load otherwise.
fn check_keys(bundle: &TrustBundle, store: &Installed<'_>, today: Date) -> Result<(), TrustError> {
    for key in &bundle.keys {
        let (id, state) = (key.key.id(), key.entry.state);
        if let Some(added) = store.added.get(id) {
            let other = &added.entry.vendor;
            return Err(TrustError::new(format!("it lists key {id}, which was added by hand for `{other}`")));
        }
        if state.since().is_some_and(|since| is_to_come(since, today)) {
            return Err(TrustError::new(format!("it lists key {id} as {state}, which is in the future")));
        }
    }
    Ok(())
}

/// Checks that a development key does not remove production keys.
fn check_usage(usage: Usage, store: &Installed<'_>) -> Result<(), TrustError> {
    let production =
        |bundle: &TrustBundle| bundle.keys.iter().any(|key| key.entry.usage == Usage::Production);
    if usage == Usage::Development && store.bundle.is_some_and(production) {
        return Err(TrustError::new("it is signed with a development key, and would remove production keys")
            .help("install it into another directory with `--trust DIR`"));
    }
    Ok(())
}

/// Compares the version with the memory. Returns the memory after the installation.
fn check_version(
    bundle: &TrustBundle,
    signer: &TrustedKey,
    usage: Usage,
    store: &Installed<'_>,
) -> Result<LastSeen, InstallFault> {
    let id = ListId::trust(&bundle.vendor, usage);
    let mut seen = store.seen.clone();
    match seen.check(&id, bundle.version, &bundle.digest) {
        Ok(()) => {}
        Err(old @ (Rollback::Older { .. } | Rollback::TooHigh { .. })) => {
            return Err(InstallFault::NotCurrent(TrustError::new(old.to_string())));
        }
        Err(differs @ Rollback::Differs { .. }) => {
            seen.note_conflict(&id, bundle.digest);
            let error = TrustError::new(differs.to_string())
                .help("ask the vendor which one it published, and install a bundle with a higher version");
            return Err(InstallFault::Equivocation(error, Box::new(seen)));
        }
    }
    seen.follow(&bundle.vendor);
    seen.note(id, Seen { signer: Some(signer.key.id()), ..Seen::new(bundle.version, bundle.digest) });
    Ok(seen)
}

/// Checks that keys keep their usage, and that retired and compromised keys remain listed and do not become active again.
fn check_changes(old: &TrustBundle, new: &TrustBundle) -> Result<(), TrustError> {
    for before in old.keys.iter().filter(|key| key.entry.vendor == old.vendor) {
        let (id, state) = (before.key.id(), before.entry.state);
        let Some(after) = new.keys.iter().find(|key| key.key.id() == id) else {
            if state.since().is_none() {
                continue;
            }
            return Err(TrustError::new(format!("it no longer lists key {id}, which is {state}"))
                .help("the vendor must keep retired and compromised keys in its trust list"));
        };
        if after.entry.usage != before.entry.usage {
            let (was, now) = (before.entry.usage.as_str(), after.entry.usage.as_str());
            return Err(TrustError::new(format!("it changes the usage of key {id} from {was} to {now}")));
        }
        if !state.may_become(after.entry.state) {
            return Err(TrustError::new(format!(
                "it lists key {id}, which is {state}, as {}",
                after.entry.state
            )));
        }
    }
    Ok(())
}

/// Returns why the installed bundle is disputed: another bundle has its version.
pub(super) fn dispute(bundle: &TrustBundle, seen: &LastSeen) -> Option<String> {
    let of_usage = |usage| seen.get(&ListId::trust(&bundle.vendor, usage));
    let mut entries = [Usage::Production, Usage::Development].into_iter().filter_map(of_usage);
    let entry = entries.find(|entry| entry.digest == bundle.digest && !entry.also.is_empty())?;
    let digests: Vec<String> = entry.digests().iter().map(ToString::to_string).collect();
    Some(format!(
        "two trust bundles of version {} have different texts, with digests {}",
        entry.version,
        digests.join(" and ")
    ))
}
