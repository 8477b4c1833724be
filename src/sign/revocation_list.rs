//! Revocation lists: signed, versioned, with a last day; one a vendor.
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
use std::fmt::Write as _;

use jiff::civil::Date;
use serde::Deserialize;
use serde_yaml::Spanned;

use crate::license::Name;

use super::last_seen::{LastSeen, ListKind};
use super::message::{Digest, Domain, KeyId};
use super::revocation::Withdrawn;
use super::sealed::{SealFault, Sealed, seal};
use super::signer::{SignError, Signer};
use super::strict_yaml::{self, day, fault, number, quoted};
use super::trust::{KeyState, Mode, Trust, TrustedKey};
use super::trust_list::TrustError;
use super::verify::untimely;

/// How the names of files with revocation lists end.
pub const REVOCATION_SUFFIX: &str = ".revocations";
/// Most bytes of a revocation list.
pub const MAX_REVOCATION_LIST: usize = 16 * 1024 * 1024;
/// Most bytes of a reason.
pub const MAX_REASON: usize = 500;
const FORMAT: &str = "1";

/// A revocation list that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// Who withdraws; the list says nothing about blocks of others.
    pub vendor: String,
    /// Its version, from 1; each new list has a higher one.
    pub version: u64,
    /// The day it was made.
    pub issued: Date,
    /// What is withdrawn; `expires` is always set.
    pub withdrawn: Withdrawn,
    /// Digest of its text, which tells two lists of one version apart.
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
    blocks: Vec<RawBlock>,
    sets: Vec<RawSet>,
    keys: Vec<RawKey>,
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
struct RawKey {
    id: Spanned<String>,
    reason: Spanned<String>,
}

impl RevocationList {
    /// An empty list, before its first version.
    #[must_use]
    pub fn new(vendor: &str, today: Date) -> Self {
        Self {
            vendor: vendor.to_owned(),
            version: 0,
            issued: today,
            withdrawn: Withdrawn { expires: Some(today), ..Withdrawn::default() },
            digest: Digest::of(b""),
        }
    }

    /// Verifies a list, and only then reads it.
    ///
    /// # Errors
    /// If it is not signed by a trusted key of its vendor, or not as it should be.
    pub fn open(bytes: &[u8], trust: &Trust, mode: Mode) -> Result<Self, TrustError> {
        let sealed = Sealed::split(bytes, Domain::Revocation).map_err(|fault| refusal(&fault))?;
        let (text, signer) = sealed.open(trust, mode).map_err(|fault| refusal(&fault))?;
        let list = Self::parse(text, sealed.digest())?;
        if list.vendor != signer.entry.vendor {
            return Err(TrustError::new(format!(
                "it is of vendor `{}`, but signed by a key of `{}`",
                list.vendor, signer.entry.vendor
            )));
        }
        match untimely(Some(list.issued), signer) {
            Some(reason) => {
                Err(TrustError::new(reason.replace("the block says ISSUED=", "the list was issued on ")))
            }
            None => Ok(list),
        }
    }

    /// As [`Self::open`], for a list that was believed once and is the newest one seen: what became of its signer since
    /// does not undo what it withdrew. Its signature must match all the same.
    ///
    /// # Errors
    /// As [`Self::open`]; the error is that of a list that nobody has seen.
    pub fn open_seen(bytes: &[u8], trust: &Trust, mode: Mode, seen: &LastSeen) -> Result<Self, TrustError> {
        Self::open(bytes, trust, mode).or_else(|error| {
            let then = trust.assuming(|_| KeyState::Active);
            let list = Self::open(bytes, &then, mode).map_err(|_| error.clone())?;
            if seen.is_newest(ListKind::Revocation, &list.vendor, &list.digest) {
                Ok(list)
            } else {
                Err(error)
            }
        })
    }

    /// Reads the body of a list. Public for tests of the reader alone: nothing may be decided by it.
    ///
    /// # Errors
    /// At the first thing that is not as it should be.
    pub fn parse(text: &str, digest: Digest) -> Result<Self, TrustError> {
        let raw: Raw = strict_yaml::read(text)?;
        if raw.format.value != FORMAT {
            let message = "the format of a revocation list is `1`; a newer one needs a newer program";
            return Err(fault(&raw.format, message));
        }
        if !Name::is_valid(&raw.vendor.value) {
            return Err(fault(&raw.vendor, format!("`{}` is no vendor's name", raw.vendor.value)));
        }
        let (issued, expires) = (day(&raw.issued)?, day(&raw.expires)?);
        if expires < issued {
            return Err(fault(&raw.expires, "`expires` lies before `issued`"));
        }
        let mut withdrawn = Withdrawn { expires: Some(expires), ..Withdrawn::default() };
        for entry in raw.blocks {
            let digest = Digest::parse(&entry.digest.value)
                .ok_or_else(|| fault(&entry.digest, "this is no digest: 128 digits of 0-9 and a-f"))?;
            put(&mut withdrawn.digests, digest, &entry.digest, &entry.reason)?;
        }
        for entry in raw.sets {
            if !Name::is_valid(&entry.sn.value) {
                return Err(fault(&entry.sn, format!("`{}` is no SN", entry.sn.value)));
            }
            put(&mut withdrawn.sns, entry.sn.value.clone(), &entry.sn, &entry.reason)?;
        }
        for entry in raw.keys {
            let id = KeyId::parse(&entry.id.value)
                .ok_or_else(|| fault(&entry.id, "this is no key id: 16 digits of 0-9 and a-f"))?;
            put(&mut withdrawn.key_ids, id, &entry.id, &entry.reason)?;
        }
        let version = number(&raw.version)?;
        Ok(Self { vendor: raw.vendor.value, version, issued, withdrawn, digest })
    }

    /// Writes the body.
    #[must_use]
    pub fn body(&self) -> String {
        let expires = self.withdrawn.expires.unwrap_or(self.issued);
        let mut text = format!(
            "format: {FORMAT}\nvendor: \"{}\"\nversion: {}\nissued: {}\nexpires: {expires}\n",
            self.vendor, self.version, self.issued
        );
        section(&mut text, "blocks", "digest", &self.withdrawn.digests);
        section(&mut text, "sets", "sn", &self.withdrawn.sns);
        section(&mut text, "keys", "id", &self.withdrawn.key_ids);
        text
    }

    /// Signs the list and writes the whole file. The file is opened again with the trusted key before it is handed out.
    ///
    /// # Errors
    /// If there is no good signature, or the file would not be believed.
    pub fn seal(&self, signer: &dyn Signer, trusted: &TrustedKey) -> Result<String, SealListError> {
        let text = seal(Domain::Revocation, &self.body(), signer, trusted).map_err(SealListError::Sign)?;
        let trust = Trust::of(trusted.clone());
        let again = Self::open(text.as_bytes(), &trust, Mode::Development).map_err(SealListError::Refused)?;
        let same = Self { digest: self.digest, ..again } == *self;
        if same { Ok(text) } else { Err(SealListError::Refused(TrustError::new("it does not read back"))) }
    }
}

/// Why a list was not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealListError {
    /// There is no good signature.
    Sign(SignError),
    /// The signed list would be refused.
    Refused(TrustError),
}

impl std::fmt::Display for SealListError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sign(error) => error.fmt(f),
            Self::Refused(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SealListError {}

/// A fault of a seal as a fault of the trust store, with what to do.
pub(super) fn refusal(fault: &SealFault) -> TrustError {
    let error = TrustError::new(fault.to_string());
    match fault {
        SealFault::LineEnds => error.help("send it as an attachment, or fetch it again"),
        SealFault::Invalid(_) | SealFault::Key(_) | SealFault::Signatures => {
            error.help("it was cut or changed on the way: fetch it again from the vendor")
        }
        SealFault::UnknownKey(_) => error.help("check that the trust store is the vendor's current one"),
        _ => error,
    }
}

/// Whether a text can be a reason: not empty, not too long, nothing in it that cannot be seen.
#[must_use]
pub fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_REASON && !text.chars().any(char::is_control)
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
            format!("a reason is text of 1 to {MAX_REASON} bytes without line breaks"),
        ));
    }
    match map.insert(key, reason.value.clone()) {
        None => Ok(()),
        Some(_) => Err(fault(place, "this stands twice in the list")),
    }
}

fn section<K: std::fmt::Display>(text: &mut String, name: &str, key: &str, map: &BTreeMap<K, String>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{name}:{}", if map.is_empty() { " []" } else { "" });
    for (entry, reason) in map {
        let _ = writeln!(text, "  - {key}: \"{entry}\"\n    reason: {}", quoted(reason));
    }
}
