//! Trust bundles: a whole trust store as one signed file, which support installs once.
//!
//! The body of the signed file is YAML: who publishes it, a version that only rises, a last day, and the keys, each with
//! its public half. A bundle is believed if a key of the store that is installed signed it; the first one is believed
//! because of a public key that came by another way.
//!
//! ◆ Versions may be passed over: whoever signs with a key that version N trusts may publish N+1 or N+7. A bundle that
//! trusts production keys is signed with a production key. Its signer stands in the bundle itself and is not compromised
//! there.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::Deserialize;
use serde_yaml::Spanned;

use crate::license::Name;

use super::message::{Digest, Domain, KeyId};
use super::public_key::PublicKey;
use super::revocation_list::{SealListError, refusal};
use super::sealed::{Sealed, seal};
use super::signer::Signer;
use super::strict_yaml::{self, day, fault, number};
use super::trust::{KeyState, Mode, Trust, TrustedKey, Usage};
use super::trust_list::{TrustEntry, TrustError, read_state};
use super::verify::untimely;

/// Name of an installed bundle in the folder of a trust store.
pub const TRUST_BUNDLE: &str = "trust.bundle";
/// Most bytes of a bundle.
pub const MAX_TRUST_BUNDLE: usize = 4 * 1024 * 1024;
const FORMAT: &str = "1";

/// A trust bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustBundle {
    /// Who publishes it.
    pub vendor: String,
    /// Its version, from 1.
    pub version: u64,
    /// The day it was made.
    pub issued: Date,
    /// Last day for which it speaks.
    pub expires: Date,
    /// Whom to trust.
    pub keys: Vec<TrustedKey>,
    /// Digest of its text.
    pub digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: Spanned<String>,
    vendor: Spanned<String>,
    version: Spanned<String>,
    issued: Spanned<String>,
    expires: Spanned<String>,
    keys: Vec<RawKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawKey {
    vendor: Spanned<String>,
    id: Spanned<String>,
    public: Spanned<String>,
    usage: Spanned<String>,
    not_before: Spanned<String>,
    not_after: Spanned<String>,
    state: Spanned<String>,
    #[serde(default)]
    since: Option<Spanned<String>>,
}

impl TrustBundle {
    /// Verifies a bundle with the keys of `anchor`, and only then reads it. `anchor` is the store that is installed, or
    /// holds the one key that came by another way.
    ///
    /// # Errors
    /// If no key of `anchor` signed it, the signer could not, or it is not as it should be.
    pub fn open(bytes: &[u8], anchor: &Trust) -> Result<Self, TrustError> {
        let sealed = Sealed::split(bytes, Domain::Trust).map_err(|fault| refusal(&fault))?;
        let (text, signer) = sealed.open(anchor, Mode::Development).map_err(|fault| refusal(&fault))?;
        let bundle = Self::parse(text, sealed.digest())?;
        bundle.check_signer(signer)?;
        Ok(bundle)
    }

    /// Reads a bundle that was installed before: `is_known` says whether a digest is that of a bundle which was verified
    /// then. Nothing else is read.
    ///
    /// # Errors
    /// If it is another one, or not as it should be.
    pub fn reopen(bytes: &[u8], is_known: impl FnOnce(&Digest) -> bool) -> Result<Self, TrustError> {
        let sealed = Sealed::split(bytes, Domain::Trust).map_err(|fault| refusal(&fault))?;
        let digest = sealed.digest();
        if !is_known(&digest) {
            return Err(TrustError::new("the bundle is not the one that was installed").help(
                "it was exchanged or damaged: install it again with `keywright trust install --first KEY`",
            ));
        }
        let text = sealed.body().ok_or_else(|| TrustError::new("the bundle is no text"))?;
        Self::parse(text, digest)
    }

    fn check_signer(&self, signer: &TrustedKey) -> Result<(), TrustError> {
        let id = signer.key.id();
        if self.vendor != signer.entry.vendor {
            return Err(TrustError::new(format!(
                "it is of vendor `{}`, but signed by a key of `{}`",
                self.vendor, signer.entry.vendor
            )));
        }
        let production = self.keys.iter().any(|key| key.entry.usage == Usage::Production);
        if production && signer.entry.usage != Usage::Production {
            return Err(TrustError::new(format!(
                "it trusts production keys, but is signed with development key {id}"
            )));
        }
        if untimely(Some(self.issued), signer).is_some() {
            return Err(TrustError::new(format!(
                "it is signed with key {id}, which could not sign on {}",
                self.issued
            )));
        }
        let own = self.keys.iter().find(|key| key.key == signer.key);
        match own.map(|own| own.entry.state) {
            Some(KeyState::Active | KeyState::Standby | KeyState::Retired(_)) => Ok(()),
            Some(KeyState::Compromised(_)) => {
                Err(TrustError::new(format!("it is signed with key {id}, which it calls compromised itself")))
            }
            None => {
                Err(TrustError::new(format!("it is signed with key {id}, which is not among its own keys")))
            }
        }
    }

    /// Reads the body of a bundle. Public for tests of the reader alone: nothing may be decided by it.
    ///
    /// # Errors
    /// At the first thing that is not as it should be.
    pub fn parse(text: &str, digest: Digest) -> Result<Self, TrustError> {
        let raw: Raw = strict_yaml::read(text)?;
        if raw.format.value != FORMAT {
            let message = "the format of a trust bundle is `1`; a newer one needs a newer program";
            return Err(fault(&raw.format, message));
        }
        if !Name::is_valid(&raw.vendor.value) {
            return Err(fault(&raw.vendor, format!("`{}` is no vendor's name", raw.vendor.value)));
        }
        let (issued, expires) = (day(&raw.issued)?, day(&raw.expires)?);
        if expires < issued {
            return Err(fault(&raw.expires, "`expires` lies before `issued`"));
        }
        let mut trust = Trust::default();
        for key in &raw.keys {
            trust.add(read_key(key)?)?;
        }
        let keys = trust.keys().to_vec();
        Ok(Self {
            vendor: raw.vendor.value.clone(),
            version: number(&raw.version)?,
            issued,
            expires,
            keys,
            digest,
        })
    }

    /// Writes the body.
    #[must_use]
    pub fn body(&self) -> String {
        let mut text = format!(
            "format: {FORMAT}\nvendor: \"{}\"\nversion: {}\nissued: {}\nexpires: {}\nkeys:{}\n",
            self.vendor,
            self.version,
            self.issued,
            self.expires,
            if self.keys.is_empty() { " []" } else { "" }
        );
        for TrustedKey { entry, key } in &self.keys {
            let TrustEntry { vendor, id, usage, not_before, not_after, state, .. } = entry;
            let (usage, word, public) = (usage.word(), state.word(), key.to_base64());
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "  - vendor: \"{vendor}\"\n    id: \"{id}\"\n    public: \"{public}\"\n    usage: {usage}\n    not-before: \
                 {not_before}\n    not-after: {not_after}\n    state: {word}\n"
            );
            if let Some(since) = state.since() {
                let _ = writeln!(text, "    since: {since}");
            }
        }
        text
    }

    /// Signs the bundle and writes the whole file. The file is opened again before it is handed out.
    ///
    /// # Errors
    /// If there is no good signature, or the file would not be believed.
    pub fn seal(&self, signer: &dyn Signer, trusted: &TrustedKey) -> Result<String, SealListError> {
        let text = seal(Domain::Trust, &self.body(), signer, trusted).map_err(SealListError::Sign)?;
        let again =
            Self::open(text.as_bytes(), &Trust::of(trusted.clone())).map_err(SealListError::Refused)?;
        let same = again.version == self.version && again.body() == self.body();
        if same { Ok(text) } else { Err(SealListError::Refused(TrustError::new("it does not read back"))) }
    }

    /// The store that the bundle stands for.
    ///
    /// # Errors
    /// If two of its keys share an id; one that was read has none such.
    pub fn trust(&self) -> Result<Trust, TrustError> {
        let mut trust = Trust::default();
        for key in &self.keys {
            trust.add(key.clone())?;
        }
        Ok(trust.until(self.expires))
    }
}

fn read_key(raw: &RawKey) -> Result<TrustedKey, TrustError> {
    if !Name::is_valid(&raw.vendor.value) {
        return Err(fault(&raw.vendor, format!("`{}` is no vendor's name", raw.vendor.value)));
    }
    let id = KeyId::parse(&raw.id.value).ok_or_else(|| {
        fault(&raw.id, format!("`{}` is no key id: 16 digits of 0-9 and a-f", raw.id.value))
    })?;
    let bytes: Option<[u8; 32]> =
        STANDARD.decode(&raw.public.value).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| fault(&raw.public, "this is no public key: 32 bytes in base64"))?;
    let key = PublicKey::from_bytes(&bytes)
        .map_err(|error| fault(&raw.public, format!("it cannot be trusted: {error}")))?;
    if key.id() != id {
        return Err(fault(&raw.id, format!("the public key beside it has id {}, not {id}", key.id())));
    }
    let usage = Usage::parse(&raw.usage.value).ok_or_else(|| {
        fault(&raw.usage, format!("`{}` is no usage: production or development", raw.usage.value))
    })?;
    let (not_before, not_after) = (day(&raw.not_before)?, day(&raw.not_after)?);
    if not_after < not_before {
        return Err(fault(&raw.not_after, "`not-after` lies before `not-before`"));
    }
    let entry = TrustEntry {
        vendor: raw.vendor.value.clone(),
        id,
        file: format!("{}-{id}.pub.pem", raw.vendor.value),
        usage,
        not_before,
        not_after,
        state: read_state(&raw.state, raw.since.as_ref())?,
        line: raw.vendor.referenced.line(),
    };
    Ok(TrustedKey { entry, key })
}
