//! The list of a trust store, `trust.yaml`. The parser is strict: it rejects unknown and repeated keys, aliases, tags,
//! and values that are not in their one spelling.
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
//! DECISION: the list is not signed, unlike trust bundles and revocation lists, because trust begins with it.
//!
//! `state: retired` and `state: compromised` require `since: DATE`. They may have `lists`: the version and the digest
//! of each revocation list of the vendor that was current at that time. These lists remain accepted.
//!
//! ```yaml
//!     state: retired
//!     since: 2026-05-01
//!     lists:
//!       - version: 7
//!         digest: "5ec4…"
//! ```

use serde::Deserialize;
use serde_yaml::Spanned;

use keywright_license::Name;
use keywright_verify::{Digest, KeyId, KeyState, ListMark, TrustEntry, TrustError, Usage, write_state};

use super::strict_yaml::{self, day, fault, version};

/// File name of the list in the directory of a trust store.
pub const TRUST_LIST: &str = "trust.yaml";
/// File name of the list of keys that were added by hand to a store with an installed bundle; same format.
pub const ADDED_LIST: &str = "trust.added.yaml";
/// File name suffix of public keys.
const KEY_FILE_SUFFIX: &str = ".pub.pem";
const VERSION: &str = "1";

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
    #[serde(default)]
    lists: Option<Vec<RawMark>>,
}

/// A recorded revocation list, not parsed yet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMark {
    version: Spanned<String>,
    digest: Spanned<String>,
}

/// Parses a trust list.
///
/// # Errors
/// Returns the first error, with its line and column.
pub fn parse_trust_list(text: &str) -> Result<Vec<TrustEntry>, TrustError> {
    let list: RawList = strict_yaml::parse(text)?;
    if list.version.value != VERSION {
        return Err(fault(
            &list.version,
            "unknown version of a trust list (expected `1`); a newer version of keywright may support it",
        ));
    }
    list.keys.iter().map(parse_entry).collect()
}

fn parse_entry(raw: &RawEntry) -> Result<TrustEntry, TrustError> {
    if !Name::is_valid(&raw.vendor.value) {
        return Err(fault(&raw.vendor, format!("`{}` is not a vendor name", raw.vendor.value)));
    }
    let id = KeyId::parse(&raw.id.value).ok_or_else(|| {
        let message = format!("`{}` is not a key id (16 digits of 0-9 and a-f)", raw.id.value);
        fault(&raw.id, message)
    })?;
    if !is_key_file_name(&raw.file.value) {
        let message = format!("`{}` is not the name of a public key file in this directory", raw.file.value);
        return Err(
            fault(&raw.file, message).help("write a file name without directories that ends in `.pub.pem`")
        );
    }
    let usage = Usage::parse(&raw.usage.value).ok_or_else(|| {
        fault(&raw.usage, format!("invalid usage `{}` (expected production or development)", raw.usage.value))
    })?;
    let (not_before, not_after) = (day(&raw.not_before)?, day(&raw.not_after)?);
    if not_after < not_before {
        return Err(fault(&raw.not_after, "`not-after` is before `not-before`"));
    }
    Ok(TrustEntry {
        vendor: raw.vendor.value.clone(),
        id,
        file: raw.file.value.clone(),
        usage,
        not_before,
        not_after,
        state: parse_state(&raw.state, raw.since.as_ref())?,
        lists: parse_lists(&raw.state, raw.lists.as_deref())?,
        line: raw.vendor.referenced.line(),
    })
}

/// Parses the state of a key and the day of the state.
pub(super) fn parse_state(
    state: &Spanned<String>,
    since: Option<&Spanned<String>>,
) -> Result<KeyState, TrustError> {
    let day_since = since.map(day).transpose()?;
    match (state.value.as_str(), day_since) {
        ("active", None) => Ok(KeyState::Active),
        ("standby", None) => Ok(KeyState::Standby),
        ("retired", Some(day)) => Ok(KeyState::Retired(day)),
        ("compromised", Some(day)) => Ok(KeyState::Compromised(day)),
        ("active" | "standby", Some(_)) => Err(fault(
            since.unwrap_or(state),
            "`since` is allowed for the states retired and compromised only",
        )),
        ("retired" | "compromised", None) => {
            Err(fault(state, format!("the state {} requires `since: DATE`", state.value)))
        }
        (other, _) => Err(fault(
            state,
            format!("invalid state `{other}` (expected active, standby, retired or compromised)"),
        )),
    }
}

/// Parses the recorded lists of a key in this state.
pub(super) fn parse_lists(
    state: &Spanned<String>,
    lists: Option<&[RawMark]>,
) -> Result<Option<Vec<ListMark>>, TrustError> {
    let Some(lists) = lists else { return Ok(None) };
    if matches!(state.value.as_str(), "active" | "standby") {
        return Err(fault(state, "`lists` is allowed for the states retired and compromised only"));
    }
    let read = |raw: &RawMark| {
        let digest = Digest::parse(&raw.digest.value)
            .ok_or_else(|| fault(&raw.digest, "this is not a digest (128 digits of 0-9 and a-f)"))?;
        Ok(ListMark { version: version(&raw.version)?, digest })
    };
    lists.iter().map(read).collect::<Result<_, _>>().map(Some)
}

fn is_key_file_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    name.len() <= 128
        && name.bytes().all(allowed)
        && name
            .strip_suffix(KEY_FILE_SUFFIX)
            .is_some_and(|stem| stem.starts_with(|c: char| c.is_ascii_alphanumeric()))
}

/// Returns the list with an entry added at its end. The rest of its text does not change. `None` means that there is no list
/// yet.
///
/// # Errors
/// Returns an error if the list cannot be parsed, or if its layout does not allow adding an entry at its end.
pub fn append_entry(list: Option<&str>, entry: &TrustEntry) -> Result<String, TrustError> {
    let before = list.map_or(Ok(Vec::new()), parse_trust_list)?;
    let mut text = list.unwrap_or("version: 1\nkeys:\n").to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if before.is_empty() {
        // An empty list is written `keys: []`, and no entry can follow that.
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
    Err(TrustError::new(format!("cannot add an entry to `{TRUST_LIST}` in its present layout")).help(
        format!(
            "put each entry on lines of its own, or add this by hand: {}",
            format_entry(entry).split_whitespace().collect::<Vec<_>>().join(" ")
        ),
    ))
}

/// Returns the list with another state of one key. The rest of its text does not change.
///
/// # Errors
/// Returns an error if the list cannot be parsed, if it does not have the key, or if its layout does not allow changing
/// the state.
pub fn change_state(list: &str, id: KeyId, state: KeyState) -> Result<String, TrustError> {
    change_entry(list, id, state, None)
}

/// Like [`change_state`], and records which revocation lists were current.
///
/// # Errors
/// Returns the errors of [`change_state`].
pub fn change_entry(
    list: &str,
    id: KeyId,
    state: KeyState,
    lists: Option<&[ListMark]>,
) -> Result<String, TrustError> {
    let before = parse_trust_list(list)?;
    let entry = before.iter().find(|entry| entry.id == id);
    let entry = entry.ok_or_else(|| TrustError::new(format!("key {id} is not in the trust store")))?;
    let next = before.iter().map(|other| other.line).filter(|line| *line > entry.line).min();
    let text = with_state(list, entry.line..next.unwrap_or(u64::MAX), state, lists);
    let wanted = before.iter().map(|entry| match entry.id == id {
        true => TrustEntry { state, lists: lists.map(<[_]>::to_vec), line: 0, ..entry.clone() },
        false => TrustEntry { line: 0, ..entry.clone() },
    });
    let after = parse_trust_list(&text).unwrap_or_default();
    if after.into_iter().map(|entry| TrustEntry { line: 0, ..entry }).eq(wanted) {
        return Ok(text);
    }
    let since = state.since().map(|day| format!(" and `since: {day}`")).unwrap_or_default();
    Err(TrustError::new(format!("cannot change the state in `{TRUST_LIST}` in its present layout"))
        .help(format!("write `state: {}`{since} for key {id} by hand", state.as_str())))
}

/// Replaces the state in these lines of a list, with the day and the recorded lists.
fn with_state(
    list: &str,
    lines: std::ops::Range<u64>,
    state: KeyState,
    lists: Option<&[ListMark]>,
) -> String {
    let mut text = String::with_capacity(list.len() + 256);
    // The column of a `lists` key whose items are omitted.
    let mut inside_lists: Option<usize> = None;
    for (number, line) in (1..).zip(list.split_inclusive('\n')) {
        let (spaces, word) = line.split_at(line.len() - line.trim_start_matches([' ', '-']).len());
        if !lines.contains(&number) {
            text.push_str(line);
            continue;
        }
        if inside_lists.is_some_and(|column| spaces.len() > column) {
            continue;
        }
        inside_lists = None;
        if word.starts_with("lists:") {
            inside_lists = Some(spaces.len());
        } else if word.starts_with("state:") {
            let mut own = String::new();
            write_state(&mut own, &spaces.replace('-', " "), state, lists);
            // The first line of an entry begins with its dash.
            text.push_str(spaces);
            text.push_str(own.get(spaces.len()..).unwrap_or_default());
        } else if !word.starts_with("since:") {
            text.push_str(line);
        }
    }
    text
}

/// Formats one entry of a list.
#[must_use]
pub fn format_entry(entry: &TrustEntry) -> String {
    let TrustEntry { vendor, id, file, usage, not_before, not_after, state, lists, .. } = entry;
    // A vendor can be called `null`, and an id can consist of digits only: quotes make both strings in YAML.
    let mut text = format!(
        "  - vendor: \"{vendor}\"\n    id: \"{id}\"\n    file: {file}\n    usage: {}\n    not-before: {not_before}\n    \
         not-after: {not_after}\n",
        usage.as_str(),
    );
    write_state(&mut text, "    ", *state, lists.as_deref());
    text
}
