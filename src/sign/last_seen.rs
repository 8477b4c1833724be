//! The versions of signed lists that were seen last: an older one is never taken again.
//!
//! Kept in the folder of the trust store as `last-seen.yaml`. A file that is there but cannot be read is an error, never
//! a fresh start: cutting it short must not bring old lists back.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_yaml::Spanned;

use crate::license::Name;

use super::message::Digest;
use super::strict_yaml::{self, fault, number};
use super::trust_list::TrustError;

/// Name of the file in the folder of a trust store.
pub const LAST_SEEN: &str = "last-seen.yaml";
const FORMAT: &str = "1";

/// Which kind of list was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListKind {
    /// A trust bundle.
    Trust,
    /// A revocation list.
    Revocation,
}

impl ListKind {
    const ALL: [Self; 2] = [Self::Trust, Self::Revocation];

    fn word(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Revocation => "revocation",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Trust => "trust bundle",
            Self::Revocation => "revocation list",
        }
    }
}

/// The versions seen last, by kind and vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastSeen {
    seen: BTreeMap<(ListKind, String), (u64, Digest)>,
}

/// Why a list is not taken: another one was seen before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollback {
    /// A newer version was seen: this one, while that one is offered.
    Older {
        /// The version that was seen.
        seen: u64,
        /// The version that is offered.
        offered: u64,
    },
    /// The same version was seen with another text.
    Differs(u64),
}

impl std::fmt::Display for Rollback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Older { seen, offered } => {
                write!(f, "it has version {offered}, but version {seen} was seen before")
            }
            Self::Differs(version) => write!(f, "version {version} was seen before with another text"),
        }
    }
}

impl std::error::Error for Rollback {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    format: Spanned<String>,
    seen: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    list: Spanned<String>,
    vendor: Spanned<String>,
    version: Spanned<String>,
    digest: Spanned<String>,
}

impl LastSeen {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// If it is not as it should be; an empty file is not.
    pub fn parse(text: &str) -> Result<Self, TrustError> {
        let raw: Raw = strict_yaml::read(text)?;
        if raw.format.value != FORMAT {
            return Err(fault(&raw.format, "the format is `1`; a newer one needs a newer program"));
        }
        let mut last = Self::default();
        for entry in raw.seen {
            let kind = ListKind::ALL.into_iter().find(|kind| kind.word() == entry.list.value);
            let kind = kind.ok_or_else(|| fault(&entry.list, "a list is `trust` or `revocation`"))?;
            if !Name::is_valid(&entry.vendor.value) {
                return Err(fault(&entry.vendor, format!("`{}` is no vendor's name", entry.vendor.value)));
            }
            let digest = Digest::parse(&entry.digest.value)
                .ok_or_else(|| fault(&entry.digest, "this is no digest: 128 digits of 0-9 and a-f"))?;
            let value = (number(&entry.version)?, digest);
            if last.seen.insert((kind, entry.vendor.value.clone()), value).is_some() {
                return Err(fault(&entry.vendor, "this list stands twice"));
            }
        }
        Ok(last)
    }

    /// Writes the text of the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "# Versions of signed lists that were seen here. Older ones are refused: do not edit.\nformat: {FORMAT}\nseen:{}\n",
            if self.seen.is_empty() { " []" } else { "" }
        );
        for ((kind, vendor), (version, digest)) in &self.seen {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "  - list: {}\n    vendor: \"{vendor}\"\n    version: {version}\n    digest: \"{digest}\"",
                kind.word()
            );
        }
        text
    }

    /// Whether a list may be taken.
    ///
    /// # Errors
    /// If a newer one, or another one of the same version, was seen before.
    pub fn check(&self, kind: ListKind, vendor: &str, version: u64, digest: &Digest) -> Result<(), Rollback> {
        match self.seen.get(&(kind, vendor.to_owned())) {
            Some((seen, _)) if version < *seen => Err(Rollback::Older { seen: *seen, offered: version }),
            Some((seen, other)) if version == *seen && digest != other => Err(Rollback::Differs(version)),
            _ => Ok(()),
        }
    }

    /// Whether the list with this digest is the newest of this vendor that was seen.
    #[must_use]
    pub fn is_newest(&self, kind: ListKind, vendor: &str, digest: &Digest) -> bool {
        self.seen.get(&(kind, vendor.to_owned())).is_some_and(|(_, seen)| seen == digest)
    }

    /// Whether a list with this digest is the newest of its kind and vendor that was seen.
    #[must_use]
    pub fn knows(&self, kind: ListKind, digest: &Digest) -> bool {
        self.seen.iter().any(|((other, _), (_, seen))| *other == kind && seen == digest)
    }

    /// Notes a list that was taken; says whether that is news.
    pub fn note(&mut self, kind: ListKind, vendor: &str, version: u64, digest: Digest) -> bool {
        self.seen.insert((kind, vendor.to_owned()), (version, digest)) != Some((version, digest))
    }

    /// The lists of a kind that were seen: vendor and version.
    pub fn seen(&self, kind: ListKind) -> impl Iterator<Item = (&str, u64)> {
        self.seen
            .iter()
            .filter(move |((other, _), _)| *other == kind)
            .map(|((_, vendor), (version, _))| (vendor.as_str(), *version))
    }
}
