//! Revocation lists: signed files with a version and an expiry date, one for each vendor.
//!
//! The body of the signed file is YAML:
//!
//! ```yaml
//! format: 1
//! vendor: "ABC_Software"
//! version: 3
//! issued: 2026-03-01
//! expires: 2027-02-28
//! blocks:
//!   - digest: "5ec4…"
//!     reason: "replaced by a larger one"
//! sets:
//!   - sn: "S-1"
//!     reason: "refunded"
//! keys:
//!   - id: "1f7f1125050563e1"
//!     reason: "laptop lost"
//! ```

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde_yaml::Spanned;

use keywright_license::Name;
use keywright_verify::{
    Digest, Domain, KeyId, MAX_REASON, Mode, RevocationBody, Revoked, SignedList, SignedListError, Trust,
    TrustError, TrustedKey, choose, could_sign, is_reason,
};

use super::signer::sign_list;
use super::signer::{SignError, Signer};
use super::strict_yaml::{self, day, fault, version};

/// File name suffix of revocation lists.
pub const REVOCATION_SUFFIX: &str = ".revocations";
const FORMAT: &str = "1";

/// A verified revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// The vendor. The list does not apply to blocks of other vendors.
    pub vendor: String,
    /// The version, from 1. Each new list has a higher one.
    pub version: u64,
    /// The day on which it was issued.
    pub issued: Date,
    /// The revocations; `expires` is always set.
    pub revoked: Revoked,
    /// Digest of the body. Two different lists of the same version differ in it.
    pub digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRevocationList {
    format: Spanned<String>,
    vendor: Spanned<String>,
    version: Spanned<String>,
    issued: Spanned<String>,
    expires: Spanned<String>,
    blocks: Vec<RawBlock>,
    sets: Vec<RawSet>,
    keys: Vec<RawRevokedKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBlock {
    digest: Spanned<String>,
    reason: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSet {
    sn: Spanned<String>,
    reason: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRevokedKey {
    id: Spanned<String>,
    reason: Spanned<String>,
}

impl RevocationList {
    /// Creates an empty list that has not been published yet (version 0).
    #[must_use]
    pub fn new(vendor: &str, today: Date) -> Self {
        Self {
            vendor: vendor.to_owned(),
            version: 0,
            issued: today,
            revoked: Revoked { expires: Some(today), ..Revoked::default() },
            digest: Digest::of(b""),
        }
    }

    /// Verifies a list, then parses it. This checks one list by itself: a key of its vendor signed it, and was valid on
    /// the day in `issued`. That day is not proof, so [`super::judge_lists`] decides, with the memory of the store,
    /// which lists are current.
    ///
    /// # Errors
    /// Returns an error if it is not signed with such a key, or if its format is invalid.
    pub fn verify(bytes: &[u8], trust: &Trust, mode: Mode) -> Result<Self, TrustError> {
        let Authentic { list, signers } = authenticate(bytes, trust)?;
        choose(&signers, |key| match mode.accepts(key.entry.usage) {
            true => could_sign(key, list.issued),
            false => Err(development(key.key.id())),
        })?;
        Ok(list)
    }

    /// Parses the body of a list, without verifying anything. Public for tests of the parser only.
    ///
    /// # Errors
    /// Returns the first error.
    pub fn parse(text: &str, digest: Digest) -> Result<Self, TrustError> {
        let raw: RawRevocationList = strict_yaml::parse(text)?;
        if raw.format.value != FORMAT {
            let message = "unknown format of a revocation list (expected `1`); a newer version of keywright may support it";
            return Err(fault(&raw.format, message));
        }
        if !Name::is_valid(&raw.vendor.value) {
            return Err(fault(&raw.vendor, format!("`{}` is not a vendor name", raw.vendor.value)));
        }
        let (issued, expires) = (day(&raw.issued)?, day(&raw.expires)?);
        if expires < issued {
            return Err(fault(&raw.expires, "`expires` is before `issued`"));
        }
        let mut revoked = Revoked { expires: Some(expires), ..Revoked::default() };
        for entry in raw.blocks {
            let digest = Digest::parse(&entry.digest.value)
                .ok_or_else(|| fault(&entry.digest, "this is not a digest (128 digits of 0-9 and a-f)"))?;
            put(&mut revoked.digests, digest, &entry.digest, &entry.reason)?;
        }
        for entry in raw.sets {
            if !Name::is_valid(&entry.sn.value) {
                return Err(fault(&entry.sn, format!("`{}` is not an SN", entry.sn.value)));
            }
            put(&mut revoked.sns, entry.sn.value.clone(), &entry.sn, &entry.reason)?;
        }
        for entry in raw.keys {
            let id = KeyId::parse(&entry.id.value)
                .ok_or_else(|| fault(&entry.id, "this is not a key id (16 digits of 0-9 and a-f)"))?;
            put(&mut revoked.key_ids, id, &entry.id, &entry.reason)?;
        }
        let version = version(&raw.version)?;
        Ok(Self { vendor: raw.vendor.value, version, issued, revoked, digest })
    }

    /// Writes the body.
    #[must_use]
    pub fn body(&self) -> String {
        let Self { vendor, version, issued, revoked, .. } = self.clone();
        RevocationBody { vendor, version, issued, revoked }.to_text()
    }

    /// Signs the list and returns the text of the file, after verifying and parsing it again with the trusted key.
    ///
    /// # Errors
    /// Returns an error if signing fails, or if the file would not be accepted.
    pub fn sign(&self, signer: &dyn Signer, trusted: &TrustedKey) -> Result<String, SignListError> {
        let text =
            sign_list(Domain::Revocation, &self.body(), signer, trusted).map_err(SignListError::Sign)?;
        let trust = Trust::from_key(trusted.clone());
        let again =
            Self::verify(text.as_bytes(), &trust, Mode::Development).map_err(SignListError::Refused)?;
        if (Self { digest: self.digest, ..again }) == *self {
            Ok(text)
        } else {
            Err(SignListError::Refused(TrustError::new("the signed file does not parse to the same content")))
        }
    }
}

/// A list signed with keys of its vendor. The state of these keys is not checked.
pub(super) struct Authentic<'t> {
    pub(super) list: RevocationList,
    /// At least one key.
    pub(super) signers: Vec<&'t TrustedKey>,
}

/// Verifies and parses a list. It does not check whether its signers may publish.
///
/// # Errors
/// Returns an error if no key of its vendor signed it, or if its format is invalid.
pub(super) fn authenticate<'t>(bytes: &[u8], trust: &'t Trust) -> Result<Authentic<'t>, TrustError> {
    let list_file = SignedList::split(bytes, Domain::Revocation).map_err(|fault| refusal(&fault))?;
    let (text, mut signers) = list_file.verified(trust).map_err(|fault| refusal(&fault))?;
    let list = RevocationList::parse(text, list_file.digest())?;
    let other = signers.first().map(|key| key.entry.vendor.clone()).unwrap_or_default();
    signers.retain(|key| key.entry.vendor == list.vendor);
    if signers.is_empty() {
        return Err(TrustError::new(format!(
            "it is from vendor `{}`, but signed with a key of `{other}`",
            list.vendor
        )));
    }
    Ok(Authentic { list, signers })
}

/// The error for a list of a development key where only production keys are accepted.
pub(super) fn development(key: KeyId) -> TrustError {
    TrustError::new(format!("it is signed with development key {key}, which is not trusted in production"))
        .help("it applies to development keys only: use `--development`")
}

/// The reason why a list was not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignListError {
    /// Signing failed.
    Sign(SignError),
    /// The signed list would not be accepted.
    Refused(TrustError),
}

impl std::fmt::Display for SignListError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sign(error) => error.fmt(f),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SignListError {}

/// Converts an error of a signed list to an error of the trust store, with a help text.
pub(super) fn refusal(fault: &SignedListError) -> TrustError {
    let error = TrustError::new(fault.to_string());
    match fault {
        SignedListError::LineEnds => error.help("send it as an attachment, or fetch it again"),
        SignedListError::Invalid(_) | SignedListError::Key(_) | SignedListError::Signatures => {
            error.help("it was truncated or changed in transit: fetch it again from the vendor")
        }
        SignedListError::UnknownKey(_) => {
            error.help("check that you have the current trust store of the vendor")
        }
        _ => error,
    }
}

fn put<K: Ord>(
    map: &mut BTreeMap<K, String>,
    key: K,
    place: &Spanned<String>,
    reason: &Spanned<String>,
) -> Result<(), TrustError> {
    if !is_reason(&reason.value) {
        return Err(fault(
            reason,
            format!("invalid reason: expected 1 to {MAX_REASON} bytes of text without line breaks"),
        ));
    }
    match map.insert(key, reason.value.clone()) {
        None => Ok(()),
        Some(_) => Err(fault(place, "duplicate entry")),
    }
}
