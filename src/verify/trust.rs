//! Whom to trust: (vendor, key, usage, time), never a bare list of keys and never a key that came with a license.

use std::collections::HashMap;
use std::fmt;

use jiff::civil::Date;

use super::message::KeyId;
use super::public_key::{PublicKey, PublicKeyError};
use super::trust_entry::{ListMark, TrustEntry, TrustError};

/// The purpose of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Usage {
    /// Licenses for customers.
    Production,
    /// Trials inside the house; never accepted in production.
    Development,
}

impl Usage {
    /// The word in a trust list and a key file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Development => "development",
        }
    }

    /// Returns the usage of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Production, Self::Development].into_iter().find(|usage| usage.as_str() == word)
    }
}

/// The usages of keys that a verification accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Production keys only.
    #[default]
    Production,
    /// Development keys too.
    Development,
}

impl Mode {
    /// Returns true if keys of this usage count.
    #[must_use]
    pub fn accepts(self, usage: Usage) -> bool {
        usage == Usage::Production || self == Self::Development
    }
}

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It signs.
    Active,
    /// It is published ahead of its use.
    Standby,
    /// It signs no more; what was issued up to this day stays good.
    Retired(Date),
    /// Others may have it since this day; nothing it signed counts.
    Compromised(Date),
}

impl KeyState {
    /// The word in a trust list.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Standby => "standby",
            Self::Retired(_) => "retired",
            Self::Compromised(_) => "compromised",
        }
    }

    /// Checks whether a key may change from this state to another.
    ///
    /// DECISION: a compromised key never returns, and a retired key can only become compromised: signatures from the time
    /// in between could not be told apart. Commands and installed bundles follow the same rule.
    #[must_use]
    pub fn may_become(self, new: Self) -> bool {
        match self {
            Self::Active | Self::Standby => true,
            Self::Retired(_) => matches!(new, Self::Retired(_) | Self::Compromised(_)),
            Self::Compromised(_) => matches!(new, Self::Compromised(_)),
        }
    }

    /// The day that belongs to it.
    #[must_use]
    pub fn since(self) -> Option<Date> {
        match self {
            Self::Active | Self::Standby => None,
            Self::Retired(day) | Self::Compromised(day) => Some(day),
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        self.since().map_or(Ok(()), |day| write!(f, " since {day}"))
    }
}

/// One key of a trust store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// Its entry in the list.
    pub entry: TrustEntry,
    /// The key.
    pub key: PublicKey,
}

impl TrustedKey {
    /// Returns true if a day lies in its validity, both ends included.
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
    /// Puts a store together from the entries of its list; `read` gives the text of a public key file.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read or has no key that can be trusted, a key id is not its key's, or two
    /// entries share a key id.
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
                return Err(
                    TrustError::at(entry.line, message).help("a list that was altered, or the wrong file")
                );
            }
            trust.add(TrustedKey { entry, key })?;
        }
        Ok(trust)
    }

    /// A store of one key.
    #[must_use]
    pub fn of(key: TrustedKey) -> Self {
        let index = HashMap::from([(key.key.id(), 0)]);
        Self { keys: vec![key], index, ..Self::default() }
    }

    /// Adds a key.
    ///
    /// # Errors
    /// If a key with its id is in the store.
    pub fn add(&mut self, key: TrustedKey) -> Result<(), TrustError> {
        if let Some(other) = self.get(key.key.id()) {
            let message =
                format!("the key id {} stands twice, first in line {}", key.entry.id, other.entry.line);
            return Err(TrustError::at(key.entry.line, message).help("a key has one entry, and one vendor"));
        }
        self.index.insert(key.key.id(), self.keys.len());
        self.keys.push(key);
        Ok(())
    }

    /// The same store with a last day.
    #[must_use]
    pub fn until(self, expires: Date) -> Self {
        Self { expires: Some(expires), ..self }
    }

    /// The same store, as the bundle of a vendor.
    #[must_use]
    pub fn published_by(self, vendor: &str) -> Self {
        Self { publisher: Some(vendor.to_owned()), ..self }
    }

    /// The same store, whose bundle is disputed for this reason: another bundle has its version.
    #[must_use]
    pub fn disputed(self, reason: Option<String>) -> Self {
        Self { disputed: reason, ..self }
    }

    /// The vendor whose installed bundle this is, if it is one. Keys that were added by hand are of other vendors.
    #[must_use]
    pub fn publisher(&self) -> Option<&str> {
        self.publisher.as_deref()
    }

    /// The revocation lists that entries of retired and compromised keys of this vendor and usage record.
    pub fn recorded<'a>(&'a self, vendor: &'a str, usage: Usage) -> impl Iterator<Item = &'a ListMark> {
        let own = move |key: &&TrustedKey| key.entry.vendor == vendor && key.entry.usage == usage;
        self.keys.iter().filter(own).filter_map(|key| key.entry.lists.as_ref()).flatten()
    }

    /// The same store with other states of its keys.
    #[must_use]
    pub fn assuming(&self, state: impl Fn(&TrustedKey) -> KeyState) -> Self {
        self.with(|key| key.entry.state = state(key))
    }

    /// The same store with changed entries.
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

    /// Returns true if nothing is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

fn unfit(entry: &TrustEntry, error: PublicKeyError) -> TrustError {
    let fault = TrustError::at(entry.line, format!("`{}` cannot be trusted: {error}", entry.file));
    if error == PublicKeyError::SecretKey {
        fault.help(
            "remove the secret key from the trust store at once, and replace the key if others could read it",
        )
    } else {
        fault
    }
}
