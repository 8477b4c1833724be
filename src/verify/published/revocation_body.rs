//! The body of a revocation list: revoked blocks, purchases and keys of a vendor.

use std::collections::BTreeMap;
use std::fmt::{Display, Write as _};

use jiff::civil::Date;

use keywright_license::Name;

use super::super::message::{Digest, KeyId};
use super::super::revocation::Revoked;
use super::super::trust_entry::TrustError;
use super::body_lines::{BodyLines, quoted, write_heading};
use super::trust_body::vendor;

const FORMAT: &str = "1";
/// Maximum length of the reason of a revocation in bytes.
pub const MAX_REASON: usize = 500;

/// The content of a revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationBody {
    /// The vendor. The list does not apply to blocks of other vendors.
    pub vendor: String,
    /// The version.
    pub version: u64,
    /// The day on which it was issued.
    pub issued: Date,
    /// The revocations, with the last day of the list.
    pub revoked: Revoked,
}

impl RevocationBody {
    /// Writes the body.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { vendor, version, issued, revoked } = self;
        let expires = revoked.expires.unwrap_or(*issued);
        let mut text = format!(
            "format: {FORMAT}\nvendor: \"{vendor}\"\nversion: {version}\nissued: {issued}\nexpires: {expires}\n"
        );
        write_section(&mut text, "blocks:", "digest", &revoked.digests);
        write_section(&mut text, "sets:", "sn", &revoked.sns);
        write_section(&mut text, "keys:", "id", &revoked.key_ids);
        text
    }

    /// Parses a body that [`Self::to_text`] wrote. Nothing is verified.
    ///
    /// # Errors
    /// Returns the first line that is different from what [`Self::to_text`] writes.
    pub fn parse(text: &str) -> Result<Self, TrustError> {
        let mut lines = BodyLines::new(text);
        if lines.value("format: ")? != FORMAT {
            return Err(TrustError::at(1, "unknown format of a revocation list (expected `1`)"));
        }
        let body = Self {
            vendor: vendor(&mut lines, "vendor: ")?,
            version: lines.parsed("version: ", "a version number")?,
            issued: lines.date("issued: ")?,
            revoked: Revoked {
                expires: Some(lines.date("expires: ")?),
                digests: read_section(&mut lines, "blocks:", "digest", Digest::parse)?,
                sns: read_section(&mut lines, "sets:", "sn", |text| {
                    Name::is_valid(text).then(|| text.to_owned())
                })?,
                key_ids: read_section(&mut lines, "keys:", "id", KeyId::parse)?,
            },
        };
        if body.revoked.expires.is_some_and(|expires| expires < body.issued) {
            return Err(TrustError::at(5, "`expires` is before `issued`"));
        }
        // One text for each content: this rejects repeated entries and text after the end.
        if lines.is_empty() && body.to_text() == text {
            Ok(body)
        } else {
            Err(TrustError::new("the list is not in the layout in which keywright writes it"))
        }
    }
}

/// Returns true if a text can be a reason: not empty, at most [`MAX_REASON`] bytes, without control characters.
#[must_use]
pub fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= MAX_REASON && !text.chars().any(char::is_control)
}

fn write_section<K: Display>(text: &mut String, heading: &str, key: &str, map: &BTreeMap<K, String>) {
    write_heading(text, heading, map.is_empty());
    for (entry, reason) in map {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  - {key}: \"{entry}\"\n    reason: {}", quoted(reason));
    }
}

fn read_section<K: Ord>(
    lines: &mut BodyLines<'_>,
    heading: &str,
    key: &str,
    parse: impl Fn(&str) -> Option<K>,
) -> Result<BTreeMap<K, String>, TrustError> {
    let first = format!("  - {key}: ");
    let items = lines.list(heading, &first, |lines| {
        let line = lines.number();
        let entry = parse(&lines.quoted(&first)?)
            .ok_or_else(|| TrustError::at(line, format!("this is not a value of `{key}`")))?;
        let reason = lines.quoted("    reason: ")?;
        if is_reason(&reason) { Ok((entry, reason)) } else { Err(TrustError::at(line + 1, "invalid reason")) }
    })?;
    Ok(items.into_iter().collect())
}
