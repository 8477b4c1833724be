//! Trust in keys: each is trusted for a vendor, a usage and a range of days. A key that came with a license is never
//! trusted.

use std::collections::HashMap;

use jiff::civil::Date;

use super::key_state::{KeyState, Usage};
use super::message::KeyId;
use super::public_key::PublicKey;
#[cfg(feature = "pem")]
use super::public_key::PublicKeyError;
use super::trust_entry::{ListMark, TrustEntry, TrustError};

/// One key of a trust store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// Its entry in the list.
    pub entry: TrustEntry,
    /// The key.
    pub key: PublicKey,
}

impl TrustedKey {
    /// Returns true if the key is valid on a day. Both ends of its validity are included.
    #[must_use]
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.entry.not_before <= day && day <= self.entry.not_after
    }
}

/// A trust store: the keys of a list, each checked against its file.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    keys: Vec<TrustedKey>,
    index: HashMap<KeyId, usize>,
    expires: Option<Date>,
    publisher: Option<String>,
    disputed: Option<String>,
}

impl Trust {
    /// Builds a store from the entries of its list. `read` returns the text of a public key file.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or does not contain an acceptable key, if a key has another id than
    /// its entry, or if two entries have the same key id.
    #[cfg(feature = "pem")]
    pub fn assemble(
        entries: Vec<TrustEntry>,
        mut read: impl FnMut(&TrustEntry) -> Result<String, TrustError>,
    ) -> Result<Self, TrustError> {
        let mut trust = Self::default();
        for entry in entries {
            let text = read(&entry)?;
            let key = PublicKey::from_pem(&text).map_err(|error| unfit(&entry, error))?;
            if key.id() != entry.id {
                let message = format!("the key in `{}` has id {}, not {}", entry.file, key.id(), entry.id);
                return Err(TrustError::at(entry.line, message)
                    .help("the list was changed, or the file is the wrong one"));
            }
            trust.add(TrustedKey { entry, key })?;
        }
        Ok(trust)
    }

    /// Creates a store with one key.
    #[must_use]
    pub fn from_key(key: TrustedKey) -> Self {
        let index = HashMap::from([(key.key.id(), 0)]);
        Self { keys: vec![key], index, ..Self::default() }
    }

    /// Adds a key.
    ///
    /// # Errors
    /// If a key with its id is in the store.
    pub fn add(&mut self, key: TrustedKey) -> Result<(), TrustError> {
        if let Some(other) = self.get(key.key.id()) {
            let message = format!("duplicate key id {}, first in line {}", key.entry.id, other.entry.line);
            return Err(TrustError::at(key.entry.line, message).help("keep one entry for each key"));
        }
        self.index.insert(key.key.id(), self.keys.len());
        self.keys.push(key);
        Ok(())
    }

    /// Returns the same store with an expiry date.
    #[must_use]
    pub fn until(self, expires: Date) -> Self {
        Self { expires: Some(expires), ..self }
    }

    /// Returns the same store, as published by a vendor.
    #[must_use]
    pub fn published_by(self, vendor: &str) -> Self {
        Self { publisher: Some(vendor.to_owned()), ..self }
    }

    /// Returns the same store. If there is a reason, its bundle is disputed: another bundle has the same version.
    #[must_use]
    pub fn disputed(self, reason: Option<String>) -> Self {
        Self { disputed: reason, ..self }
    }

    /// The vendor that published the installed bundle, if there is one. Keys that were added by hand belong to other
    /// vendors.
    #[must_use]
    pub fn publisher(&self) -> Option<&str> {
        self.publisher.as_deref()
    }

    /// The revocation lists that entries of retired and compromised keys of this vendor and usage record.
    pub fn recorded<'a>(&'a self, vendor: &'a str, usage: Usage) -> impl Iterator<Item = &'a ListMark> {
        let own = move |key: &&TrustedKey| key.entry.vendor == vendor && key.entry.usage == usage;
        self.keys.iter().filter(own).filter_map(|key| key.entry.lists.as_ref()).flatten()
    }

    /// Returns the same store with other states of its keys.
    #[must_use]
    pub fn assuming(&self, state: impl Fn(&TrustedKey) -> KeyState) -> Self {
        self.with(|key| key.entry.state = state(key))
    }

    /// Returns the same store with changed entries.
    #[must_use]
    pub fn with(&self, change: impl Fn(&mut TrustedKey)) -> Self {
        let mut trust = self.clone();
        trust.keys.iter_mut().for_each(change);
        trust
    }

    /// Returns why the bundle of the store is not current on a day: it expired, or it is disputed.
    #[must_use]
    pub fn stale(&self, at: Date) -> Option<String> {
        if self.disputed.is_some() {
            return self.disputed.clone();
        }
        let expires = self.expires.filter(|expires| *expires < at)?;
        Some(format!("the trust bundle expired on {expires} (verified for {at})"))
    }

    /// The key with this id.
    #[must_use]
    pub fn get(&self, id: KeyId) -> Option<&TrustedKey> {
        self.index.get(&id).and_then(|at| self.keys.get(*at))
    }

    /// All keys, in the order of the list.
    #[must_use]
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }

    /// Returns true if the store has no keys.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

#[cfg(feature = "pem")]
fn unfit(entry: &TrustEntry, error: PublicKeyError) -> TrustError {
    let fault = TrustError::at(entry.line, format!("`{}` cannot be trusted: {error}", entry.file));
    if error == PublicKeyError::SecretKey {
        fault.help(
            "remove the secret key from the trust store now, and replace the key if others could read it",
        )
    } else {
        fault
    }
}
