//! The body of a trust bundle: a vendor's keys with their entries, and the version and dates of the list.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;

use keywright_license::Name;

use super::super::key_state::{KeyState, Usage};
use super::super::message::{Digest, KeyId};
use super::super::public_key::PublicKey;
use super::super::trust::{Trust, TrustedKey};
use super::super::trust_entry::{ListMark, TrustEntry, TrustError};
use super::body_lines::{BodyLines, write_heading};

const FORMAT: &str = "1";

/// The content of a trust bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustBody {
    /// The publisher.
    pub vendor: String,
    /// The version, from 1; 0 for keys that were embedded before any bundle was published.
    pub version: u64,
    /// The day on which it was issued.
    pub issued: Date,
    /// The last day on which it is current.
    pub expires: Date,
    /// The keys.
    pub keys: Vec<TrustedKey>,
}

impl TrustBody {
    /// Writes the body.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { vendor, version, issued, expires, keys } = self;
        let mut text = format!(
            "format: {FORMAT}\nvendor: \"{vendor}\"\nversion: {version}\nissued: {issued}\nexpires: {expires}\n"
        );
        write_heading(&mut text, "keys:", keys.is_empty());
        for TrustedKey { entry, key } in keys {
            let TrustEntry { vendor, id, usage, not_before, not_after, state, lists, .. } = entry;
            let (usage, public) = (usage.as_str(), key.to_base64());
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "  - vendor: \"{vendor}\"\n    id: \"{id}\"\n    public: \"{public}\"\n    usage: {usage}\n    not-before: \
                 {not_before}\n    not-after: {not_after}\n"
            );
            write_state(&mut text, "    ", *state, lists.as_deref());
        }
        text
    }

    /// Parses a body that [`Self::to_text`] wrote. Nothing is verified.
    ///
    /// # Errors
    /// Returns the first line that is different from what [`Self::to_text`] writes, and keys that cannot be trusted.
    pub fn parse(text: &str) -> Result<Self, TrustError> {
        let mut lines = BodyLines::new(text);
        if lines.value("format: ")? != FORMAT {
            return Err(TrustError::at(1, "unknown format of a trust bundle (expected `1`)"));
        }
        let body = Self {
            vendor: vendor(&mut lines, "vendor: ")?,
            version: lines.parsed("version: ", "a version number")?,
            issued: lines.date("issued: ")?,
            expires: lines.date("expires: ")?,
            keys: lines.list("keys:", "  - vendor: ", key)?,
        };
        let line = lines.number();
        if body.expires < body.issued {
            return Err(TrustError::at(5, "`expires` is before `issued`"));
        }
        body.trust()?;
        // One text for each content: this rejects repeated lines, zeros in front of numbers, and text after the end.
        if lines.is_empty() && body.to_text() == text {
            Ok(body)
        } else {
            Err(TrustError::at(line, "the text is not in the layout in which keywright writes it"))
        }
    }

    /// Returns a trust store with all keys of the body.
    ///
    /// # Errors
    /// Returns an error if two keys have the same id.
    pub fn trust(&self) -> Result<Trust, TrustError> {
        let mut trust = Trust::default();
        for key in &self.keys {
            trust.add(key.clone())?;
        }
        Ok(trust.published_by(&self.vendor))
    }
}

/// Writes a state, its day and the recorded lists as lines of an entry.
pub fn write_state(text: &mut String, indent: &str, state: KeyState, lists: Option<&[ListMark]>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{indent}state: {}", state.as_str());
    if let Some(since) = state.since() {
        let _ = writeln!(text, "{indent}since: {since}");
    }
    let Some(lists) = lists else { return };
    write_heading(text, &format!("{indent}lists:"), lists.is_empty());
    for ListMark { version, digest } in lists {
        let _ = writeln!(text, "{indent}  - version: {version}\n{indent}    digest: \"{digest}\"");
    }
}

pub(super) fn vendor(lines: &mut BodyLines<'_>, prefix: &str) -> Result<String, TrustError> {
    let line = lines.number();
    let vendor = lines.quoted(prefix)?;
    if Name::is_valid(&vendor) {
        Ok(vendor)
    } else {
        Err(TrustError::at(line, format!("`{vendor}` is not a vendor name")))
    }
}

fn key(lines: &mut BodyLines<'_>) -> Result<TrustedKey, TrustError> {
    let line = lines.number();
    let vendor = vendor(lines, "  - vendor: ")?;
    let id = KeyId::parse(&lines.quoted("    id: ")?)
        .ok_or_else(|| TrustError::at(line + 1, "this is not a key id (16 digits of 0-9 and a-f)"))?;
    let key =
        public_key(&lines.quoted("    public: ")?).map_err(|message| TrustError::at(line + 2, message))?;
    if key.id() != id {
        let message = format!("the public key of this entry has id {}, not {id}", key.id());
        return Err(TrustError::at(line + 1, message));
    }
    let usage = Usage::parse(lines.value("    usage: ")?)
        .ok_or_else(|| TrustError::at(line + 3, "expected production or development"))?;
    let (not_before, not_after) = (lines.date("    not-before: ")?, lines.date("    not-after: ")?);
    if not_after < not_before {
        return Err(TrustError::at(line + 5, "`not-after` is before `not-before`"));
    }
    let (state, lists) = state(lines)?;
    let file = format!("{vendor}-{id}.pub.pem");
    let entry = TrustEntry { vendor, id, file, usage, not_before, not_after, state, lists, line };
    Ok(TrustedKey { entry, key })
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes: Option<[u8; 32]> = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or("this is not a public key (32 bytes in base64)")?;
    PublicKey::from_bytes(&bytes).map_err(|error| format!("it cannot be trusted: {error}"))
}

/// Reads the state of a key, and the lists that were current when it changed.
fn state(lines: &mut BodyLines<'_>) -> Result<(KeyState, Option<Vec<ListMark>>), TrustError> {
    let line = lines.number();
    let state = match lines.value("    state: ")? {
        "active" => return Ok((KeyState::Active, None)),
        "standby" => return Ok((KeyState::Standby, None)),
        "retired" => KeyState::Retired(lines.date("    since: ")?),
        "compromised" => KeyState::Compromised(lines.date("    since: ")?),
        _ => return Err(TrustError::at(line, "expected active, standby, retired or compromised")),
    };
    if !lines.is_at("    lists:") {
        return Ok((state, None));
    }
    let lists = lines.list("    lists:", "      - version: ", |lines| {
        let version = lines.parsed("      - version: ", "a version number")?;
        let digest = lines.number();
        let digest = Digest::parse(&lines.quoted("        digest: ")?)
            .ok_or_else(|| TrustError::at(digest, "this is not a digest (128 digits of 0-9 and a-f)"))?;
        Ok(ListMark { version, digest })
    })?;
    Ok((state, Some(lists)))
}
