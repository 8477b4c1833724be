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

use keywright_license::Name;
use keywright_verify::{
    Digest, Domain, KeyId, Mode, SignedList, SignedListError, Trust, TrustError, TrustedKey, Withdrawn,
};

use super::publisher::{choose, could_sign};
use super::signer::seal;
use super::signer::{SignError, Signer};
use super::strict_yaml::{self, day, fault, quoted, version};

/// The end of the names of files with revocation lists.
pub const REVOCATION_SUFFIX: &str = ".revocations";
/// Most bytes of a revocation list.
pub const MAX_REVOCATION_LIST: usize = 16 * 1024 * 1024;
/// Most bytes of a reason.
pub const MAX_REASON: usize = 500;
const FORMAT: &str = "1";

/// A revocation list that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// The vendor that withdraws; the list does not apply to blocks of other vendors.
    pub vendor: String,
    /// Its version, from 1; each new list has a higher one.
    pub version: u64,
    /// The day it was made.
    pub issued: Date,
    /// The withdrawals; `expires` is always set.
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

    /// Verifies a list, and only then reads it. This judges one list by itself: a key of its vendor signed it that could sign
    /// on the day that the list says. It does not show that the list counts: [`super::judge_lists`] decides that, with the
    /// memory of the store, and does not trust that day.
    ///
    /// # Errors
    /// Returns an error if it is not signed by such a key, or not in the format.
    pub fn open(bytes: &[u8], trust: &Trust, mode: Mode) -> Result<Self, TrustError> {
        let Authentic { list, signers } = authenticate(bytes, trust)?;
        choose(&signers, |key| match mode.accepts(key.entry.usage) {
            true => could_sign(key, list.issued),
            false => Err(development(key.key.id())),
        })?;
        Ok(list)
    }

    /// Reads the body of a list. Public for tests of the reader alone: nothing may be decided by it.
    ///
    /// # Errors
    /// Returns the first error.
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
        let version = version(&raw.version)?;
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
    /// Returns an error if there is no good signature, or the file would not be accepted.
    pub fn seal(&self, signer: &dyn Signer, trusted: &TrustedKey) -> Result<String, SignListError> {
        let text = seal(Domain::Revocation, &self.body(), signer, trusted).map_err(SignListError::Sign)?;
        let trust = Trust::of(trusted.clone());
        let again = Self::open(text.as_bytes(), &trust, Mode::Development).map_err(SignListError::Refused)?;
        if (Self { digest: self.digest, ..again }) == *self {
            Ok(text)
        } else {
            Err(SignListError::Refused(TrustError::new("it does not read back")))
        }
    }
}

/// A list that keys of its vendor signed, whatever became of them.
pub(super) struct Authentic<'t> {
    pub(super) list: RevocationList,
    /// One or more.
    pub(super) signers: Vec<&'t TrustedKey>,
}

/// Verifies and reads a list. What its signers may publish is not decided here.
///
/// # Errors
/// Returns an error if no key of its vendor signed it, or it is not in the format.
pub(super) fn authenticate<'t>(bytes: &[u8], trust: &'t Trust) -> Result<Authentic<'t>, TrustError> {
    let sealed = SignedList::split(bytes, Domain::Revocation).map_err(|fault| refusal(&fault))?;
    let (text, mut signers) = sealed.verified(trust).map_err(|fault| refusal(&fault))?;
    let list = RevocationList::parse(text, sealed.digest())?;
    let other = signers.first().map(|key| key.entry.vendor.clone()).unwrap_or_default();
    signers.retain(|key| key.entry.vendor == list.vendor);
    if signers.is_empty() {
        return Err(TrustError::new(format!(
            "it is of vendor `{}`, but signed by a key of `{other}`",
            list.vendor
        )));
    }
    Ok(Authentic { list, signers })
}

/// A list of a development key where only production keys count.
pub(super) fn development(key: KeyId) -> TrustError {
    TrustError::new(format!("it is signed with development key {key}, which is not trusted in production"))
        .help("it applies to development keys only: use `--development`")
}

/// The reason why a list was not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignListError {
    /// There is no good signature.
    Sign(SignError),
    /// The signed list would be refused.
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

/// A fault of a seal as a fault of the trust store, with what to do.
pub(super) fn refusal(fault: &SignedListError) -> TrustError {
    let error = TrustError::new(fault.to_string());
    match fault {
        SignedListError::LineEnds => error.help("send it as an attachment, or fetch it again"),
        SignedListError::Invalid(_) | SignedListError::Key(_) | SignedListError::Signatures => {
            error.help("it was cut or changed on the way: fetch it again from the vendor")
        }
        SignedListError::UnknownKey(_) => {
            error.help("check that the trust store is the vendor's current one")
        }
        _ => error,
    }
}

/// Returns true if a text can be a reason: not empty, not too long, no control characters.
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
