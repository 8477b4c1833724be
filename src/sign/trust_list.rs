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
use serde_yaml::Spanned;

use crate::license::Name;

use super::message::KeyId;
use super::strict_yaml::{self, day, fault};
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
    let list: RawList = strict_yaml::read(text)?;
    if list.version.value != VERSION {
        return Err(fault(
            &list.version,
            "the version of a trust list is `1`; a newer one needs a newer program",
        ));
    }
    list.keys.iter().map(read_entry).collect()
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
    let (not_before, not_after) = (day(&raw.not_before)?, day(&raw.not_after)?);
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
        state: read_state(&raw.state, raw.since.as_ref())?,
        line: raw.vendor.referenced.line(),
    })
}

/// The state of a key from its word and the day that belongs to it.
pub(super) fn read_state(
    state: &Spanned<String>,
    since: Option<&Spanned<String>>,
) -> Result<KeyState, TrustError> {
    let day_since = since.map(day).transpose()?;
    match (state.value.as_str(), day_since) {
        ("active", None) => Ok(KeyState::Active),
        ("standby", None) => Ok(KeyState::Standby),
        ("retired", Some(day)) => Ok(KeyState::Retired(day)),
        ("compromised", Some(day)) => Ok(KeyState::Compromised(day)),
        ("active" | "standby", Some(_)) => {
            Err(fault(since.unwrap_or(state), "`since` belongs to the states retired and compromised only"))
        }
        ("retired" | "compromised", None) => {
            Err(fault(state, format!("the state {} needs `since: DATE`", state.value)))
        }
        (other, _) => {
            Err(fault(state, format!("`{other}` is no state: active, standby, retired or compromised")))
        }
    }
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

/// The text of a list with another state of one key. All else stays as it is.
///
/// # Errors
/// If the list cannot be read, has no such key, or is laid out so that its state cannot be changed.
pub fn change_state(list: &str, id: KeyId, state: KeyState) -> Result<String, TrustError> {
    let before = parse_trust_list(list)?;
    let at = before.iter().position(|entry| entry.id == id);
    let entry = at.and_then(|at| before.get(at));
    let entry = entry.ok_or_else(|| TrustError::new(format!("key {id} is not in the trust store")))?;
    let next = before.iter().map(|other| other.line).filter(|line| *line > entry.line).min();
    let lines = entry.line..next.unwrap_or(u64::MAX);
    let mut text = String::with_capacity(list.len() + 32);
    for (number, line) in (1..).zip(list.split_inclusive('\n')) {
        let inside = lines.contains(&number);
        let (blanks, word) = line.split_at(line.len() - line.trim_start_matches([' ', '-']).len());
        if inside && word.starts_with("since:") {
            continue;
        }
        if !inside || !word.starts_with("state:") {
            text.push_str(line);
            continue;
        }
        text.push_str(&format!("{blanks}state: {}\n", state.word()));
        if let Some(day) = state.since() {
            text.push_str(&format!("{}since: {day}\n", blanks.replace('-', " ")));
        }
    }
    let wanted = before.iter().map(|entry| match entry.id == id {
        true => TrustEntry { state, line: 0, ..entry.clone() },
        false => TrustEntry { line: 0, ..entry.clone() },
    });
    let after = parse_trust_list(&text).unwrap_or_default();
    if after.into_iter().map(|entry| TrustEntry { line: 0, ..entry }).eq(wanted) {
        return Ok(text);
    }
    let since = state.since().map(|day| format!(" and `since: {day}`")).unwrap_or_default();
    Err(TrustError::new(format!("the layout of `{TRUST_LIST}` does not let the state be changed"))
        .help(format!("write `state: {}`{since} for key {id} by hand", state.word())))
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
