//! The memory of a trust store: whose bundles it follows, and the newest version of each signed list that was seen.
//!
//! It is the file `last-seen.yaml` in the folder of the store. Entries belong to a publisher and a usage: a list of a
//! development key has a memory of its own. A file that exists but cannot be read is an error, never a fresh start, so
//! that cutting it short does not bring old lists back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_yaml::Spanned;

use keywright_license::Name;
use keywright_verify::{Digest, KeyId, TrustError, Usage};

use super::strict_yaml::{self, fault, version};
use super::versions::MAX_STEP;

/// Name of the file in the folder of a trust store.
pub const LAST_SEEN: &str = "last-seen.yaml";
/// Format 1 had neither usages nor a publisher; it is still read.
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

/// The lists that follow each other: those of one kind, publisher and usage.
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
    /// Digests of other lists with the same version: an equivocation.
    pub also: BTreeSet<Digest>,
    /// The key that signed it; older programs did not note it.
    pub signer: Option<KeyId>,
    /// Keys of the trust store that the lists seen so far have withdrawn.
    pub withdrawn: BTreeSet<KeyId>,
}

impl Seen {
    /// A list of which nothing else is known.
    #[must_use]
    pub fn new(version: u64, digest: Digest) -> Self {
        Self { version, digest, also: BTreeSet::new(), signer: None, withdrawn: BTreeSet::new() }
    }

    /// The digests of all lists with this version.
    #[must_use]
    pub fn digests(&self) -> BTreeSet<Digest> {
        self.also.iter().copied().chain([self.digest]).collect()
    }

    /// Compares an offered list with this one.
    ///
    /// # Errors
    /// Returns an error if this one is newer, has the same version and another text, or the offered version is too
    /// high.
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
                    "version {version} was seen before with another text: digests {}",
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
struct Raw {
    format: Spanned<String>,
    #[serde(default)]
    publisher: Option<Spanned<String>>,
    seen: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
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
    #[serde(default)]
    withdrawn: Vec<Spanned<String>>,
}

fn vendor(value: &Spanned<String>) -> Result<String, TrustError> {
    if Name::is_valid(&value.value) {
        return Ok(value.value.clone());
    }
    Err(fault(value, format!("`{}` is not a vendor name", value.value)))
}

fn digest(value: &Spanned<String>) -> Result<Digest, TrustError> {
    Digest::parse(&value.value).ok_or_else(|| fault(value, "this is not a digest: 128 digits of 0-9 and a-f"))
}

fn key_id(value: &Spanned<String>) -> Result<KeyId, TrustError> {
    KeyId::parse(&value.value).ok_or_else(|| fault(value, "this is not a key id: 16 digits of 0-9 and a-f"))
}

impl RawEntry {
    fn read(&self) -> Result<(ListId, Seen), TrustError> {
        let kind = ListKind::ALL.into_iter().find(|kind| kind.as_str() == self.list.value);
        let kind = kind.ok_or_else(|| fault(&self.list, "a list is `trust` or `revocation`"))?;
        let usage = self.usage.as_ref().map_or(Ok(Usage::Production), |usage| {
            Usage::parse(&usage.value).ok_or_else(|| fault(usage, "a usage is production or development"))
        })?;
        let seen = Seen {
            also: self.also.iter().map(digest).collect::<Result<_, _>>()?,
            signer: self.signer.as_ref().map(key_id).transpose()?,
            withdrawn: self.withdrawn.iter().map(key_id).collect::<Result<_, _>>()?,
            ..Seen::new(version(&self.version)?, digest(&self.digest)?)
        };
        Ok((ListId { kind, vendor: vendor(&self.vendor)?, usage }, seen))
    }
}

impl LastSeen {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// If it is not in this format; an empty file is not.
    pub fn parse(text: &str) -> Result<Self, TrustError> {
        let raw: Raw = strict_yaml::read(text)?;
        if !FORMATS.contains(&raw.format.value.as_str()) {
            return Err(fault(&raw.format, "the format is `1` or `2`; a newer one needs a newer program"));
        }
        let publisher = raw.publisher.as_ref().map(vendor).transpose()?;
        let mut last = Self { publisher, ..Self::default() };
        for entry in &raw.seen {
            let (id, seen) = entry.read()?;
            if last.seen.insert(id, seen).is_some() {
                return Err(fault(&entry.vendor, "this list is repeated"));
            }
        }
        Ok(last)
    }

    /// Writes the text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text =
            "# Versions of signed lists that were seen here. Older ones are refused: do not edit.\n\
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
            items(&mut text, "withdrawn", seen.withdrawn.iter());
        }
        text
    }

    /// Compares an offered list with the one that was seen.
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

    /// Replaces the newest list. Returns true if that changes the memory.
    pub fn note(&mut self, id: ListId, seen: Seen) -> bool {
        let new = self.seen.get(&id) != Some(&seen);
        self.seen.insert(id, seen);
        new
    }

    /// Moves an entry to another usage: format 1 did not say which one it was.
    pub(super) fn assign_usage(&mut self, id: &ListId, usage: Usage) {
        if let Some(seen) = self.seen.remove(id) {
            self.seen.insert(ListId { usage, ..id.clone() }, seen);
        }
    }

    /// Remembers that another list has the version of the one that was seen.
    pub(super) fn note_conflict(&mut self, id: &ListId, digest: Digest) {
        if let Some(seen) = self.seen.get_mut(id).filter(|seen| seen.digest != digest) {
            seen.also.insert(digest);
        }
    }

    /// The lists of a kind that were seen.
    pub fn seen(&self, kind: ListKind) -> impl Iterator<Item = (&ListId, &Seen)> {
        self.seen.iter().filter(move |(id, _)| id.kind == kind)
    }

    /// The vendor whose bundles the store follows: it is fixed by the first installation.
    ///
    /// # Errors
    /// If the memory is of format 1, which did not name it, and has bundles of several vendors.
    pub fn publisher(&self) -> Result<Option<&str>, TrustError> {
        if let Some(publisher) = &self.publisher {
            return Ok(Some(publisher));
        }
        let vendors: BTreeSet<&str> = self.seen(ListKind::Trust).map(|(id, _)| id.vendor.as_str()).collect();
        if vendors.len() > 1 {
            let vendors: Vec<&str> = vendors.into_iter().collect();
            let message = format!("bundles of several vendors were installed here: {}", vendors.join(", "));
            return Err(TrustError::new(message).help(
                "one of them replaced the trust of another: install each vendor's bundle into a folder of its own",
            ));
        }
        Ok(vendors.into_iter().next())
    }

    /// Fixes the vendor whose bundles the store follows.
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
