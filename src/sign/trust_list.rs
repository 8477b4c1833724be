//! The list of a trust store, `trust.yaml`, read strictly: unknown and repeated keys, aliases, tags and values in a
//! second spelling are refused.
//!
//! ```yaml
//! version: 1
//! keys:
//!   - vendor: ABC_Software
//!     id: 1f7f1125050563e1
//!     file: ABC_Software-1f7f1125050563e1.pub.pem
//!     usage: production
//!     not-before: 2026-01-01
//!     not-after: 2030-12-31
//!     state: active
//! ```
//!
//! `state: retired` and `state: compromised` need `since: DATE`.

use std::fmt;

use jiff::civil::Date;
use serde::Deserialize;
use serde_yaml::{DuplicateKeyPolicy, MergeKeyPolicy, Spanned, budget, options};

use crate::license::Name;

use super::message::KeyId;
use super::trust::{KeyState, Usage};

/// Name of the list in the folder of a trust store.
pub const TRUST_LIST: &str = "trust.yaml";
/// How the files of public keys end.
const KEY_FILE_SUFFIX: &str = ".pub.pem";
const VERSION: &str = "1";

/// What a list says of one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustEntry {
    /// Whose key it is; a block with another VENDOR is never good under it.
    pub vendor: String,
    /// The key's id.
    pub id: KeyId,
    /// Name of the public key file, in the folder of the list.
    pub file: String,
    /// What it may sign.
    pub usage: Usage,
    /// First day on which it may sign.
    pub not_before: Date,
    /// Last day on which it may sign.
    pub not_after: Date,
    /// What became of it.
    pub state: KeyState,
    /// Line of the list where it stands, from 1.
    pub line: u64,
}

/// Why a trust store cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustError {
    /// What is wrong. Holds text of the list: escape it before it goes to a terminal.
    pub message: String,
    /// Line and column in the list, from 1, where one can be named.
    pub place: Option<(u64, u64)>,
    /// What to do.
    pub help: Option<String>,
}

impl TrustError {
    /// A fault of no place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None, help: None }
    }

    pub(super) fn at(line: u64, message: impl Into<String>) -> Self {
        Self { place: Some((line, 1)), ..Self::new(message) }
    }

    /// Adds the advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for TrustError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawList {
    version: Spanned<String>,
    keys: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawEntry {
    vendor: Spanned<String>,
    id: Spanned<String>,
    file: Spanned<String>,
    usage: Spanned<String>,
    not_before: Spanned<String>,
    not_after: Spanned<String>,
    state: Spanned<String>,
    #[serde(default)]
    since: Option<Spanned<String>>,
}

/// Reads the text of a trust list.
///
/// # Errors
/// At the first thing that is not as it should be, with its line and column.
pub fn parse_trust_list(text: &str) -> Result<Vec<TrustEntry>, TrustError> {
    let options = options! {
        budget: budget! {
            max_anchors: 0,
            max_aliases: 0,
            max_depth: 8,
            max_documents: 1,
            max_nodes: 100_000,
        },
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        strict_booleans: true,
        with_snippet: false,
    };
    let list: RawList = serde_yaml::from_str_with_options(text, options).map_err(|error| TrustError {
        place: error.location().map(|at| (at.line(), at.column())),
        ..TrustError::new(one_line(&error.without_snippet().to_string()))
    })?;
    if list.version.value != VERSION {
        return Err(fault(
            &list.version,
            "the version of a trust list is `1`; a newer one needs a newer program",
        ));
    }
    list.keys.iter().map(read_entry).collect()
}

/// The messages of the reader without line breaks and without the place, which stands beside them.
fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.split(" at line ").next().unwrap_or_default();
    text.trim_end_matches('.').to_owned()
}

fn fault(value: &Spanned<String>, message: impl Into<String>) -> TrustError {
    TrustError {
        place: Some((value.referenced.line(), value.referenced.column())),
        ..TrustError::new(message)
    }
}

fn read_entry(raw: &RawEntry) -> Result<TrustEntry, TrustError> {
    if !Name::is_valid(&raw.vendor.value) {
        return Err(fault(&raw.vendor, format!("`{}` is no vendor's name", raw.vendor.value)));
    }
    let id = KeyId::parse(&raw.id.value).ok_or_else(|| {
        let message = format!("`{}` is no key id: 16 digits of 0-9 and a-f", raw.id.value);
        fault(&raw.id, message)
    })?;
    if !is_key_file_name(&raw.file.value) {
        let message = format!("`{}` is no name of a public key file in this folder", raw.file.value);
        return Err(fault(&raw.file, message).help("a name without folders that ends in `.pub.pem`"));
    }
    let usage = Usage::parse(&raw.usage.value).ok_or_else(|| {
        fault(&raw.usage, format!("`{}` is no usage: production or development", raw.usage.value))
    })?;
    let (not_before, not_after) = (read_day(&raw.not_before)?, read_day(&raw.not_after)?);
    if not_after < not_before {
        return Err(fault(&raw.not_after, "`not-after` lies before `not-before`"));
    }
    Ok(TrustEntry {
        vendor: raw.vendor.value.clone(),
        id,
        file: raw.file.value.clone(),
        usage,
        not_before,
        not_after,
        state: read_state(raw)?,
        line: raw.vendor.referenced.line(),
    })
}

fn read_state(raw: &RawEntry) -> Result<KeyState, TrustError> {
    let since = raw.since.as_ref().map(read_day).transpose()?;
    match (raw.state.value.as_str(), since) {
        ("active", None) => Ok(KeyState::Active),
        ("standby", None) => Ok(KeyState::Standby),
        ("retired", Some(day)) => Ok(KeyState::Retired(day)),
        ("compromised", Some(day)) => Ok(KeyState::Compromised(day)),
        ("active" | "standby", Some(_)) => Err(fault(
            raw.since.as_ref().unwrap_or(&raw.state),
            "`since` belongs to the states retired and compromised only",
        )),
        ("retired" | "compromised", None) => {
            Err(fault(&raw.state, format!("the state {} needs `since: DATE`", raw.state.value)))
        }
        (other, _) => {
            Err(fault(&raw.state, format!("`{other}` is no state: active, standby, retired or compromised")))
        }
    }
}

fn read_day(value: &Spanned<String>) -> Result<Date, TrustError> {
    parse_day(&value.value)
        .ok_or_else(|| fault(value, format!("`{}` is no day of the form YYYY-MM-DD", value.value)))
}

/// A day in its one spelling, `YYYY-MM-DD`.
pub(super) fn parse_day(text: &str) -> Option<Date> {
    text.parse::<Date>().ok().filter(|day| day.to_string() == text)
}

fn is_key_file_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    name.len() <= 128
        && name.bytes().all(allowed)
        && name
            .strip_suffix(KEY_FILE_SUFFIX)
            .is_some_and(|stem| stem.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// The text of a list with one more entry at its end; `None` is no list yet. All that stood there stays as it is.
///
/// # Errors
/// If the list cannot be read, or is laid out so that an entry cannot be put at its end.
pub fn append_entry(list: Option<&str>, entry: &TrustEntry) -> Result<String, TrustError> {
    let before = list.map_or(Ok(Vec::new()), parse_trust_list)?;
    let mut text = list.unwrap_or("version: 1\nkeys:\n").to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if before.is_empty() {
        // A list without keys is written `keys: []`, which nothing can follow.
        text = text.replace("keys: []", "keys:");
    }
    text.push_str(&format_entry(entry));
    let after = parse_trust_list(&text);
    let kept = after.as_ref().ok().and_then(|after| after.split_last()).is_some_and(|(last, others)| {
        let same = TrustEntry { line: entry.line, ..last.clone() } == *entry;
        same && others == before
    });
    if kept {
        return Ok(text);
    }
    Err(TrustError::new(format!("the layout of `{TRUST_LIST}` takes no entry at its end")).help(format!(
        "lay the list out as one entry under the other, or add this by hand: {}",
        format_entry(entry).split_whitespace().collect::<Vec<_>>().join(" ")
    )))
}

/// Writes one entry as it stands in a list.
#[must_use]
pub fn format_entry(entry: &TrustEntry) -> String {
    let TrustEntry { vendor, id, file, usage, not_before, not_after, state, .. } = entry;
    // Vendors may be called `null`, and an id may be all digits: quotes keep both from being read as something else.
    let mut text = format!(
        "  - vendor: \"{vendor}\"\n    id: \"{id}\"\n    file: {file}\n    usage: {}\n    not-before: {not_before}\n    \
         not-after: {not_after}\n    state: {}\n",
        usage.word(),
        state.word()
    );
    if let Some(day) = state.since() {
        text.push_str(&format!("    since: {day}\n"));
    }
    text
}
