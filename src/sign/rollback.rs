//! The memory of a trust store: the publisher of its bundles, and the newest version of each signed list that was seen.
//!
//! It is stored in `last-seen.yaml` in the directory of the store. Entries belong to a vendor and a usage: lists of
//! development keys have entries of their own. A file that exists but cannot be read is an error, not an empty memory,
//! so truncating it does not make old lists acceptable.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_yaml::Spanned;

use keywright_license::Name;
use keywright_verify::{Digest, KeyId, TrustError, Usage};

use super::strict_yaml::{self, fault, version};
use super::versions::MAX_STEP;

/// File name in the directory of a trust store.
pub const LAST_SEEN: &str = "last-seen.yaml";
/// Supported formats. Format 1 has neither usages nor a publisher.
const FORMATS: [&str; 2] = ["1", "2"];

/// Kinds of signed lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListKind {
    /// A trust bundle.
    Trust,
    /// A revocation list.
    Revocation,
}

impl ListKind {
    const ALL: [Self; 2] = [Self::Trust, Self::Revocation];

    fn as_str(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Revocation => "revocation",
        }
    }
}

/// A sequence of versions: the lists of one kind, vendor and usage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListId {
    /// The kind.
    pub kind: ListKind,
    /// The vendor that publishes them.
    pub vendor: String,
    /// The usage of the keys that sign them.
    pub usage: Usage,
}

impl ListId {
    /// The trust bundles of a vendor.
    #[must_use]
    pub fn trust(vendor: &str, usage: Usage) -> Self {
        Self { kind: ListKind::Trust, vendor: vendor.to_owned(), usage }
    }

    /// The revocation lists of a vendor.
    #[must_use]
    pub fn revocation(vendor: &str, usage: Usage) -> Self {
        Self { kind: ListKind::Revocation, vendor: vendor.to_owned(), usage }
    }
}

/// The newest list that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its version.
    pub version: u64,
    /// Its digest.
    pub digest: Digest,
    /// Digests of other lists with the same version (an equivocation).
    pub also: BTreeSet<Digest>,
    /// The key that signed it, if known. Older programs did not record it.
    pub signer: Option<KeyId>,
    /// Keys of the trust store that the lists seen so far revoke.
    pub revoked: BTreeSet<KeyId>,
}

impl Seen {
    /// Creates an entry with a version and a digest only.
    #[must_use]
    pub fn new(version: u64, digest: Digest) -> Self {
        Self { version, digest, also: BTreeSet::new(), signer: None, revoked: BTreeSet::new() }
    }

    /// The digests of all lists with this version.
    #[must_use]
    pub fn digests(&self) -> BTreeSet<Digest> {
        self.also.iter().copied().chain([self.digest]).collect()
    }

    /// Compares an offered list with this one.
    ///
    /// # Errors
    /// Returns an error if the version offered is lower or too high, or if it is the same and the text differs.
    pub fn check(&self, offered: u64, digest: &Digest) -> Result<(), Rollback> {
        let (seen, version) = (self.version, offered);
        if version < seen {
            return Err(Rollback::Older { seen, offered });
        }
        if version - seen > MAX_STEP {
            return Err(Rollback::TooHigh { seen, offered });
        }
        let others: BTreeSet<Digest> = self.digests().into_iter().filter(|other| other != digest).collect();
        if version == seen && !others.is_empty() {
            return Err(Rollback::Differs {
                version,
                digests: others.into_iter().chain([*digest]).collect(),
            });
        }
        Ok(())
    }
}

/// The memory of a trust store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastSeen {
    publisher: Option<String>,
    seen: BTreeMap<ListId, Seen>,
}

/// The reason why a list is not accepted, given the one that was seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollback {
    /// A newer version was seen.
    Older {
        /// The version that was seen.
        seen: u64,
        /// The version that is offered.
        offered: u64,
    },
    /// Lists of one version have different texts.
    Differs {
        /// Their version.
        version: u64,
        /// Their digests, two or more.
        digests: BTreeSet<Digest>,
    },
    /// The version is more than [`MAX_STEP`] above the one that was seen.
    TooHigh {
        /// The version that was seen.
        seen: u64,
        /// The version that is offered.
        offered: u64,
    },
}

impl std::fmt::Display for Rollback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Older { seen, offered } => {
                write!(f, "it has version {offered}, but version {seen} was seen before")
            }
            Self::Differs { version, digests } => {
                let digests: Vec<String> = digests.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "version {version} was seen before with a different text: digests {}",
                    digests.join(" and ")
                )
            }
            Self::TooHigh { seen, offered } => write!(
                f,
                "it has version {offered}, more than {MAX_STEP} above version {seen}, which was seen before"
            ),
        }
    }
}

impl std::error::Error for Rollback {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSeen {
    format: Spanned<String>,
    #[serde(default)]
    publisher: Option<Spanned<String>>,
    seen: Vec<RawSeenEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSeenEntry {
    list: Spanned<String>,
    vendor: Spanned<String>,
    #[serde(default)]
    usage: Option<Spanned<String>>,
    version: Spanned<String>,
    digest: Spanned<String>,
    #[serde(default)]
    also: Vec<Spanned<String>>,
    #[serde(default)]
    signer: Option<Spanned<String>>,
    #[serde(default, rename = "withdrawn")]
    revoked: Vec<Spanned<String>>,
}

fn vendor(value: &Spanned<String>) -> Result<String, TrustError> {
    if Name::is_valid(&value.value) {
        return Ok(value.value.clone());
    }
    Err(fault(value, format!("`{}` is not a vendor name", value.value)))
}

fn digest(value: &Spanned<String>) -> Result<Digest, TrustError> {
    Digest::parse(&value.value)
        .ok_or_else(|| fault(value, "this is not a digest (128 digits of 0-9 and a-f)"))
}

fn key_id(value: &Spanned<String>) -> Result<KeyId, TrustError> {
    KeyId::parse(&value.value).ok_or_else(|| fault(value, "this is not a key id (16 digits of 0-9 and a-f)"))
}

impl RawSeenEntry {
    fn parse(&self) -> Result<(ListId, Seen), TrustError> {
        let kind = ListKind::ALL.into_iter().find(|kind| kind.as_str() == self.list.value);
        let kind =
            kind.ok_or_else(|| fault(&self.list, "invalid kind of list (expected `trust` or `revocation`)"))?;
        let usage = self.usage.as_ref().map_or(Ok(Usage::Production), |usage| {
            Usage::parse(&usage.value)
                .ok_or_else(|| fault(usage, "invalid usage (expected production or development)"))
        })?;
        let seen = Seen {
            also: self.also.iter().map(digest).collect::<Result<_, _>>()?,
            signer: self.signer.as_ref().map(key_id).transpose()?,
            revoked: self.revoked.iter().map(key_id).collect::<Result<_, _>>()?,
            ..Seen::new(version(&self.version)?, digest(&self.digest)?)
        };
        Ok((ListId { kind, vendor: vendor(&self.vendor)?, usage }, seen))
    }
}

impl LastSeen {
    /// Parses the file.
    ///
    /// # Errors
    /// Returns an error if the format is invalid, also for an empty file.
    pub fn parse(text: &str) -> Result<Self, TrustError> {
        let raw: RawSeen = strict_yaml::parse(text)?;
        if !FORMATS.contains(&raw.format.value.as_str()) {
            return Err(fault(
                &raw.format,
                "unknown format (expected `1` or `2`); a newer version of keywright may support it",
            ));
        }
        let publisher = raw.publisher.as_ref().map(vendor).transpose()?;
        let mut last = Self { publisher, ..Self::default() };
        for entry in &raw.seen {
            let (id, seen) = entry.parse()?;
            if last.seen.insert(id, seen).is_some() {
                return Err(fault(&entry.vendor, "duplicate entry of a list"));
            }
        }
        Ok(last)
    }

    /// Formats the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text =
            "# The newest versions of signed lists that were seen. Older versions are rejected. Do not edit.\n\
                        format: 2\n"
                .to_owned();
        // Writing to a string cannot fail.
        if let Some(publisher) = &self.publisher {
            let _ = writeln!(text, "publisher: \"{publisher}\"");
        }
        let _ = writeln!(text, "seen:{}", if self.seen.is_empty() { " []" } else { "" });
        for (id, seen) in &self.seen {
            let _ = writeln!(text, "  - list: {}\n    vendor: \"{}\"", id.kind.as_str(), id.vendor);
            if id.usage == Usage::Development {
                let _ = writeln!(text, "    usage: {}", id.usage.as_str());
            }
            let _ = writeln!(text, "    version: {}\n    digest: \"{}\"", seen.version, seen.digest);
            items(&mut text, "also", seen.also.iter());
            if let Some(signer) = seen.signer {
                let _ = writeln!(text, "    signer: \"{signer}\"");
            }
            items(&mut text, "withdrawn", seen.revoked.iter());
        }
        text
    }

    /// Compares an offered list with the newest one that was seen.
    ///
    /// # Errors
    /// As [`Seen::check`].
    pub fn check(&self, id: &ListId, version: u64, digest: &Digest) -> Result<(), Rollback> {
        self.seen.get(id).map_or(Ok(()), |seen| seen.check(version, digest))
    }

    /// The newest list that was seen.
    #[must_use]
    pub fn get(&self, id: &ListId) -> Option<&Seen> {
        self.seen.get(id)
    }

    /// Records the newest list. Returns true if the memory changes.
    pub fn note(&mut self, id: ListId, seen: Seen) -> bool {
        let new = self.seen.get(&id) != Some(&seen);
        self.seen.insert(id, seen);
        new
    }

    /// Moves an entry of a format 1 memory, which has no usages, to a usage.
    pub(super) fn assign_usage(&mut self, id: &ListId, usage: Usage) {
        if let Some(seen) = self.seen.remove(id) {
            self.seen.insert(ListId { usage, ..id.clone() }, seen);
        }
    }

    /// Records another list with the same version.
    pub(super) fn note_conflict(&mut self, id: &ListId, digest: Digest) {
        if let Some(seen) = self.seen.get_mut(id).filter(|seen| seen.digest != digest) {
            seen.also.insert(digest);
        }
    }

    /// The lists of a kind that were seen.
    pub fn seen(&self, kind: ListKind) -> impl Iterator<Item = (&ListId, &Seen)> {
        self.seen.iter().filter(move |(id, _)| id.kind == kind)
    }

    /// Returns the publisher of the store: the vendor whose bundles it accepts, fixed by the first installation.
    ///
    /// # Errors
    /// Returns an error if the memory has format 1, which does not name the publisher, and has bundles of several
    /// vendors.
    pub fn publisher(&self) -> Result<Option<&str>, TrustError> {
        if let Some(publisher) = &self.publisher {
            return Ok(Some(publisher));
        }
        let vendors: BTreeSet<&str> = self.seen(ListKind::Trust).map(|(id, _)| id.vendor.as_str()).collect();
        if vendors.len() > 1 {
            let vendors: Vec<&str> = vendors.into_iter().collect();
            let message = format!("bundles of several vendors were installed here: {}", vendors.join(", "));
            return Err(TrustError::new(message).help(
                "one bundle replaced that of another vendor: install each vendor's bundle into a separate directory",
            ));
        }
        Ok(vendors.into_iter().next())
    }

    /// Sets the publisher of the store.
    pub(super) fn follow(&mut self, publisher: &str) {
        self.publisher = Some(publisher.to_owned());
    }
}

fn items<T: std::fmt::Display>(text: &mut String, name: &str, items: impl Iterator<Item = T>) {
    let items: Vec<String> = items.map(|item| format!("\"{item}\"")).collect();
    if !items.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "    {name}: [{}]", items.join(", "));
    }
}
