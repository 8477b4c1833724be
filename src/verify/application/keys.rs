//! The keys of an application: those that it was built with, and newer lists that its vendor published since.

use std::fmt;

use jiff::civil::Date;

use super::super::key_state::{KeyState, Mode, Usage};
use super::super::message::Domain;
use super::super::published::{RevocationBody, TrustBody, choose, is_to_come, may_publish};
use super::super::revocation::Revocations;
use super::super::signed_list::SignedList;
use super::super::trust::{Trust, TrustedKey};
use super::super::trust_entry::TrustError;
use super::armour::from_any_form;

/// Maximum size of a trust bundle in bytes.
pub const MAX_TRUST_BUNDLE: usize = 4 * 1024 * 1024;
/// Maximum size of a revocation list in bytes.
pub const MAX_REVOCATION_LIST: usize = 16 * 1024 * 1024;

/// The keys that an application accepts licenses of, and the revocations that it received.
#[derive(Clone)]
pub struct Application {
    pub(super) keys: TrustBody,
    pub(super) trust: Trust,
    pub(super) revocations: Revocations,
    pub(super) mode: Mode,
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("vendor", &self.keys.vendor)
            .field("version", &self.keys.version)
            .field("keys", &self.keys.keys.len())
            .finish_non_exhaustive()
    }
}

impl Application {
    /// Creates an application from what `keywright keys embed` printed: text, base64 or PEM. It is part of the program, so
    /// it is trusted as it is.
    ///
    /// # Errors
    /// Returns an error if the text is not complete and unchanged.
    pub fn new(embedded: &[u8]) -> Result<Self, TrustError> {
        let text = std::str::from_utf8(bounded(embedded, 2 * MAX_TRUST_BUNDLE)?).ok().and_then(from_any_form);
        let text = text.ok_or_else(|| {
            TrustError::new("the embedded keys are damaged").help("print them with `keywright keys embed`")
        })?;
        let keys = TrustBody::parse(&text)?;
        let trust = keys.trust()?;
        Ok(Self { keys, trust, revocations: Revocations::default(), mode: Mode::Production })
    }

    /// Returns the same application, which also accepts development keys. For builds that no customer receives.
    #[must_use]
    pub fn with_development_keys(self) -> Self {
        Self { mode: Mode::Development, ..self }
    }

    /// The vendor that published the keys.
    #[must_use]
    pub fn vendor(&self) -> &str {
        &self.keys.vendor
    }

    /// The version of the keys; a newer bundle has a higher one.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.keys.version
    }

    /// The keys.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Replaces the keys by those of a newer trust bundle, which an active key of this application signed.
    ///
    /// The application should store the bundle and install it again at every start: nothing else remembers it.
    ///
    /// # Errors
    /// Returns an error if the bundle is not signed with an active key of the vendor, is not newer, has expired, or lists
    /// keys of other vendors. The keys do not change then.
    pub fn install_bundle(&mut self, bundle: &[u8], today: Date) -> Result<(), TrustError> {
        let (keys, signers) = self.open_bundle(bundle)?;
        let may = |signer: &TrustedKey| {
            let own = keys.keys.iter().find(|key| key.key == signer.key);
            let own = own.ok_or_else(|| {
                TrustError::new(format!("it is signed with key {}, which it does not list", signer.key.id()))
            })?;
            may_publish(own, keys.issued, today)?;
            // A standby key may publish the bundle that makes it active.
            let known = match signer.entry.state {
                KeyState::Standby => with_state(signer, KeyState::Active),
                _ => signer.clone(),
            };
            may_publish(&known, keys.issued, today)
        };
        let signer = choose(&signers, may)?;
        let has_production =
            |body: &TrustBody| body.keys.iter().any(|key| key.entry.usage == Usage::Production);
        if signer.entry.usage == Usage::Development && (has_production(&self.keys) || has_production(&keys)) {
            return Err(TrustError::new("it is signed with a development key"));
        }
        if let Some(fault) = content_fault(&keys, &self.keys, today) {
            return Err(fault);
        }
        self.trust = keys.trust()?.until(keys.expires);
        self.keys = keys;
        Ok(())
    }

    /// Verifies a bundle with the present keys, then parses it. Returns the keys of its vendor that signed it.
    fn open_bundle<'t>(&'t self, bundle: &[u8]) -> Result<(TrustBody, Vec<&'t TrustedKey>), TrustError> {
        let list = split(bounded(bundle, MAX_TRUST_BUNDLE)?, Domain::Trust)?;
        let (text, mut signers) = list.verified(&self.trust).map_err(|error| refused(&error))?;
        let keys = TrustBody::parse(text)?;
        signers.retain(|key| key.entry.vendor == keys.vendor);
        Ok((keys, signers))
    }

    /// Adds a revocation list. Nothing that it revokes is accepted any more.
    ///
    /// The application should store the list and install it again at every start. Entries of an older list remain.
    ///
    /// # Errors
    /// Returns an error if the list is not signed with an active key of its vendor. The revocations do not change then.
    pub fn install_revocations(&mut self, list: &[u8], today: Date) -> Result<(), TrustError> {
        let list = split(bounded(list, MAX_REVOCATION_LIST)?, Domain::Revocation)?;
        let (text, mut signers) = list.verified(&self.trust).map_err(|error| refused(&error))?;
        let body = RevocationBody::parse(text)?;
        signers.retain(|key| key.entry.vendor == body.vendor && self.mode.accepts(key.entry.usage));
        let signer = choose(&signers, |key| may_publish(key, body.issued, today))?;
        let vendors = &mut self.revocations.of_mut(signer.entry.usage).vendors;
        let known = vendors.entry(body.vendor.clone()).or_default();
        known.add(&body.revoked);
        known.expires = known.expires.max(body.revoked.expires);
        Ok(())
    }
}

/// Returns what is wrong with the content of a newer bundle.
fn content_fault(new: &TrustBody, old: &TrustBody, today: Date) -> Option<TrustError> {
    let foreign = new.keys.iter().find(|key| key.entry.vendor != old.vendor);
    let message = if new.vendor != old.vendor {
        format!(
            "it is from vendor `{}`, but this application accepts bundles of `{}` only",
            new.vendor, old.vendor
        )
    } else if let Some(key) = foreign {
        format!("it lists key {} of vendor `{}`", key.key.id(), key.entry.vendor)
    } else if new.version <= old.version {
        format!("it has version {}, but version {} is installed", new.version, old.version)
    } else if is_to_come(new.issued, today) {
        format!("it was issued on {}, which is in the future (today is {today})", new.issued)
    } else if new.expires < today {
        format!("it expired on {} (today is {today})", new.expires)
    } else {
        return None;
    };
    Some(TrustError::new(message))
}

fn with_state(key: &TrustedKey, state: KeyState) -> TrustedKey {
    let mut key = key.clone();
    key.entry.state = state;
    key
}

fn bounded(bytes: &[u8], most: usize) -> Result<&[u8], TrustError> {
    if bytes.len() <= most {
        Ok(bytes)
    } else {
        Err(TrustError::new(format!("it is larger than {most} bytes")))
    }
}

fn split(bytes: &[u8], domain: Domain) -> Result<SignedList<'_>, TrustError> {
    SignedList::split(bytes, domain).map_err(|error| refused(&error))
}

fn refused(error: &super::super::signed_list::SignedListError) -> TrustError {
    TrustError::new(error.to_string())
}
