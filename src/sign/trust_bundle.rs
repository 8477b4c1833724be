//! Trust bundles: a whole trust store as one signed file, which support installs once.
//!
//! The body of the signed file is YAML: the publisher, an increasing version, an expiry date, and the public keys with
//! their entries. A store accepts a bundle that an active key of the installed bundle signed. It accepts the first
//! bundle by a public key that support received separately.
//!
//! DECISION: versions may be skipped: a key that version N trusts may sign N+1 or N+7. A bundle that trusts production
//! keys is signed with a production key, lists its signer, and does not mark it as compromised. The other requirements
//! of a store are in [`super::installation`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde::Deserialize;
use serde_yaml::Spanned;

use keywright_license::Name;
use keywright_verify::{
    Digest, Domain, KeyId, KeyState, PublicKey, SignedList, Trust, TrustBody, TrustEntry, TrustError,
    TrustedKey, Usage, choose, outside_key_validity,
};

use super::revocation_list::{SignListError, refusal};
use super::signer::Signer;
use super::signer::sign_list;
use super::strict_yaml::{self, day, fault, version};
use super::trust_list::{RawMark, parse_lists, parse_state};

/// File name of an installed bundle in the directory of a trust store.
pub const TRUST_BUNDLE: &str = "trust.bundle";
const FORMAT: &str = "1";

/// A trust bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustBundle {
    /// The publisher.
    pub vendor: String,
    /// The version, from 1.
    pub version: u64,
    /// The day on which it was issued.
    pub issued: Date,
    /// The last day on which it is current.
    pub expires: Date,
    /// The trusted keys.
    pub keys: Vec<TrustedKey>,
    /// Digest of the body.
    pub digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTrustBundle {
    format: Spanned<String>,
    vendor: Spanned<String>,
    version: Spanned<String>,
    issued: Spanned<String>,
    expires: Spanned<String>,
    keys: Vec<RawTrustedKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawTrustedKey {
    vendor: Spanned<String>,
    id: Spanned<String>,
    public: Spanned<String>,
    usage: Spanned<String>,
    not_before: Spanned<String>,
    not_after: Spanned<String>,
    state: Spanned<String>,
    #[serde(default)]
    since: Option<Spanned<String>>,
    #[serde(default)]
    lists: Option<Vec<RawMark>>,
}

impl TrustBundle {
    /// Verifies a bundle with the keys of `anchor`, then parses it. [`super::install_bundle`] decides whether a store
    /// may install it.
    ///
    /// # Errors
    /// Returns an error if no key of its vendor in `anchor` signed it, if it does not list its signer, or if its format
    /// is invalid.
    pub fn verify(bytes: &[u8], anchor: &Trust) -> Result<Self, TrustError> {
        let (bundle, signers) = Self::authenticate(bytes, anchor)?;
        choose(&signers, |signer| bundle.check_signer(signer))?;
        Ok(bundle)
    }

    /// Verifies and parses a bundle. Also returns the keys of its vendor that signed it (at least one).
    pub(super) fn authenticate<'t>(
        bytes: &[u8],
        anchor: &'t Trust,
    ) -> Result<(Self, Vec<&'t TrustedKey>), TrustError> {
        let list_file = SignedList::split(bytes, Domain::Trust).map_err(|fault| refusal(&fault))?;
        let (text, mut signers) = list_file.verified(anchor).map_err(|fault| refusal(&fault))?;
        let bundle = Self::parse(text, list_file.digest())?;
        let other = signers.first().map(|key| key.entry.vendor.clone()).unwrap_or_default();
        signers.retain(|key| key.entry.vendor == bundle.vendor);
        if signers.is_empty() {
            return Err(TrustError::new(format!(
                "it is from vendor `{}`, but signed with a key of `{other}`",
                bundle.vendor
            )));
        }
        Ok((bundle, signers))
    }

    /// Parses a bundle that was installed before. `is_known` returns true for the digests of verified bundles; a bundle
    /// with another digest is not parsed.
    ///
    /// # Errors
    /// Returns an error if the digest is not known or the format is invalid.
    pub fn parse_installed(bytes: &[u8], is_known: impl FnOnce(&Digest) -> bool) -> Result<Self, TrustError> {
        let list_file = SignedList::split(bytes, Domain::Trust).map_err(|fault| refusal(&fault))?;
        let digest = list_file.digest();
        if !is_known(&digest) {
            return Err(TrustError::new("the bundle is not the one that was installed").help(
                "it was replaced or damaged: install it again with `keywright trust install --first KEY`",
            ));
        }
        let text = list_file.unverified_body().ok_or_else(|| TrustError::new("the bundle is not text"))?;
        Self::parse(text, digest)
    }

    /// Checks that a key was allowed to sign this bundle, and that the bundle lists it.
    pub(super) fn check_signer(&self, signer: &TrustedKey) -> Result<(), TrustError> {
        let id = signer.key.id();
        if let KeyState::Compromised(since) = signer.entry.state {
            return Err(TrustError::new(format!(
                "it is signed with key {id}, which is compromised since {since}"
            )));
        }
        if outside_key_validity(Some(self.issued), signer).is_some() {
            return Err(TrustError::new(format!(
                "it is signed with key {id}, which was not valid on {}",
                self.issued
            )));
        }
        let own = self.own_entry(signer)?;
        if matches!(own.entry.state, KeyState::Compromised(_)) {
            return Err(TrustError::new(format!(
                "it is signed with key {id}, which it marks as compromised"
            )));
        }
        // The key given with `--first` has no usage of its own, so the usage in the bundle applies.
        let usages = [signer.entry.usage, own.entry.usage];
        let production = self.keys.iter().any(|key| key.entry.usage == Usage::Production);
        if production && usages.contains(&Usage::Development) {
            return Err(TrustError::new(format!(
                "it trusts production keys, but is signed with development key {id}"
            )));
        }
        Ok(())
    }

    /// Returns the entry of the bundle for the key that signed it.
    pub(super) fn own_entry(&self, signer: &TrustedKey) -> Result<&TrustedKey, TrustError> {
        self.keys.iter().find(|key| key.key == signer.key).ok_or_else(|| {
            let id = signer.key.id();
            TrustError::new(format!("it is signed with key {id}, which it does not list"))
        })
    }

    /// Parses the body of a bundle, without verifying anything. Public for tests of the parser only.
    ///
    /// # Errors
    /// At the first thing that is not as it should be.
    pub fn parse(text: &str, digest: Digest) -> Result<Self, TrustError> {
        let raw: RawTrustBundle = strict_yaml::parse(text)?;
        if raw.format.value != FORMAT {
            let message = "unknown format of a trust bundle (expected `1`); a newer version of keywright may support it";
            return Err(fault(&raw.format, message));
        }
        if !Name::is_valid(&raw.vendor.value) {
            return Err(fault(&raw.vendor, format!("`{}` is not a vendor name", raw.vendor.value)));
        }
        let (issued, expires) = (day(&raw.issued)?, day(&raw.expires)?);
        if expires < issued {
            return Err(fault(&raw.expires, "`expires` is before `issued`"));
        }
        let mut trust = Trust::default();
        for key in &raw.keys {
            trust.add(parse_key(key)?)?;
        }
        let keys = trust.keys().to_vec();
        Ok(Self {
            vendor: raw.vendor.value.clone(),
            version: version(&raw.version)?,
            issued,
            expires,
            keys,
            digest,
        })
    }

    /// Writes the body.
    #[must_use]
    pub fn body(&self) -> String {
        let Self { vendor, version, issued, expires, keys, .. } = self.clone();
        TrustBody { vendor, version, issued, expires, keys }.to_text()
    }

    /// Signs the bundle and returns the text of the file, after verifying and parsing it again.
    ///
    /// # Errors
    /// Returns an error if signing fails, or if the file would not be accepted.
    pub fn sign(&self, signer: &dyn Signer, trusted: &TrustedKey) -> Result<String, SignListError> {
        let text = sign_list(Domain::Trust, &self.body(), signer, trusted).map_err(SignListError::Sign)?;
        let again = Self::verify(text.as_bytes(), &Trust::from_key(trusted.clone()))
            .map_err(SignListError::Refused)?;
        let same = again.version == self.version && again.body() == self.body();
        if same {
            Ok(text)
        } else {
            Err(SignListError::Refused(TrustError::new("the signed file does not parse to the same content")))
        }
    }

    /// Returns the trust store of the bundle: the keys of its publisher. Keys of other vendors, which bundles of older
    /// programs may list, are ignored.
    ///
    /// # Errors
    /// Returns an error if two of its keys have the same id. A parsed bundle has no such keys.
    pub fn trust(&self) -> Result<Trust, TrustError> {
        let mut trust = Trust::default();
        for key in self.keys.iter().filter(|key| key.entry.vendor == self.vendor) {
            trust.add(key.clone())?;
        }
        Ok(trust.until(self.expires).published_by(&self.vendor))
    }
}

fn parse_key(raw: &RawTrustedKey) -> Result<TrustedKey, TrustError> {
    if !Name::is_valid(&raw.vendor.value) {
        return Err(fault(&raw.vendor, format!("`{}` is not a vendor name", raw.vendor.value)));
    }
    let id = KeyId::parse(&raw.id.value).ok_or_else(|| {
        fault(&raw.id, format!("`{}` is not a key id (16 digits of 0-9 and a-f)", raw.id.value))
    })?;
    let bytes: Option<[u8; 32]> =
        STANDARD.decode(&raw.public.value).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| fault(&raw.public, "this is not a public key (32 bytes in base64)"))?;
    let key = PublicKey::from_bytes(&bytes)
        .map_err(|error| fault(&raw.public, format!("it cannot be trusted: {error}")))?;
    if key.id() != id {
        return Err(fault(&raw.id, format!("the public key of this entry has id {}, not {id}", key.id())));
    }
    let usage = Usage::parse(&raw.usage.value).ok_or_else(|| {
        fault(&raw.usage, format!("invalid usage `{}` (expected production or development)", raw.usage.value))
    })?;
    let (not_before, not_after) = (day(&raw.not_before)?, day(&raw.not_after)?);
    if not_after < not_before {
        return Err(fault(&raw.not_after, "`not-after` is before `not-before`"));
    }
    let entry = TrustEntry {
        vendor: raw.vendor.value.clone(),
        id,
        file: format!("{}-{id}.pub.pem", raw.vendor.value),
        usage,
        not_before,
        not_after,
        state: parse_state(&raw.state, raw.since.as_ref())?,
        lists: parse_lists(&raw.state, raw.lists.as_deref())?,
        line: raw.vendor.referenced.line(),
    };
    Ok(TrustedKey { entry, key })
}
