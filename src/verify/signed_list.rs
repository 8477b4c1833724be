//! The file format of signed lists: kind, signatures, and the signed body.
//!
//! ```text
//! keywright/revocation/1 LF
//! KEY SP 100 characters LF        1 to 16 times: header and signature, as in a license
//! LF
//! the body, to the end of the file
//! ```
//!
//! A signature covers the body byte for byte. Until one is verified, only the lines before the body are parsed, so no
//! parser of a body ever reads bytes that no trusted key signed.

use std::fmt;

use super::key_text::{KeyFault, KeyText};
use super::message::{Digest, Domain, KeyId};
use super::trust::{Trust, TrustedKey};

/// Maximum number of signatures of a file.
pub const MAX_SIGNATURES: usize = 16;
/// The start of a line with a signature.
const KEY_HEAD: &[u8] = b"KEY ";

/// A signed list, split into signatures and body. The signatures are not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedList<'a> {
    domain: Domain,
    keys: Vec<KeyText>,
    body: &'a [u8],
}

/// The reason why bytes are not accepted as a signed list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignedListError {
    /// It does not begin with the line of this kind of list.
    NotASignedList(Domain),
    /// It is a signed object of another kind.
    OtherKind(Domain),
    /// Its line endings were changed, which breaks every signature.
    LineEnds,
    /// A signature line cannot be parsed.
    Key(KeyFault),
    /// It has no signature, more than [`MAX_SIGNATURES`], or two of the same key.
    Signatures,
    /// No trusted key signed it. Contains the key that it names.
    UnknownKey(KeyId),
    /// The signature of this key does not match.
    Invalid(KeyId),
}

impl fmt::Display for SignedListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASignedList(domain) => write!(f, "it does not begin with the line `{}`", domain.text()),
            Self::OtherKind(domain) => write!(f, "it is a signed object of the kind `{}`", domain.text()),
            Self::LineEnds => {
                f.write_str("its line endings were changed in transit, which breaks its signature")
            }
            Self::Key(fault) => write!(f, "invalid signature line: {fault}"),
            Self::Signatures => {
                write!(f, "it must have 1 to {MAX_SIGNATURES} signatures, each with a different key")
            }
            Self::UnknownKey(key) => {
                write!(f, "it is signed with key {key}, which is not in the trust store")
            }
            Self::Invalid(key) => {
                write!(f, "its signature with key {key} does not match: the text was changed")
            }
        }
    }
}

impl std::error::Error for SignedListError {}

impl<'a> SignedList<'a> {
    /// Splits a signed list into signatures and body, without parsing the body.
    ///
    /// # Errors
    /// Returns an error if the bytes do not have the format of a signed list of this kind.
    pub fn split(bytes: &'a [u8], domain: Domain) -> Result<Self, SignedListError> {
        let (first, mut rest) = line(bytes).ok_or(SignedListError::NotASignedList(domain))?;
        if first != domain.text().as_bytes() {
            let kind = |text: &[u8]| Domain::ALL.into_iter().find(|kind| kind.text().as_bytes() == text);
            return Err(match first.strip_suffix(b"\r") {
                Some(text) if kind(text) == Some(domain) => SignedListError::LineEnds,
                _ => kind(first).map_or(SignedListError::NotASignedList(domain), SignedListError::OtherKind),
            });
        }
        let mut keys: Vec<KeyText> = Vec::new();
        loop {
            let (text, after) = line(rest).ok_or(SignedListError::Signatures)?;
            rest = after;
            if text.is_empty() {
                break;
            }
            let text = text.strip_prefix(KEY_HEAD).ok_or(SignedListError::Key(KeyFault::Length(0)))?;
            let text = std::str::from_utf8(text).map_err(|_| SignedListError::Key(KeyFault::Character(1)))?;
            let key = KeyText::parse(text).map_err(SignedListError::Key)?;
            if keys.len() == MAX_SIGNATURES || keys.iter().any(|other| other.key == key.key) {
                return Err(SignedListError::Signatures);
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(SignedListError::Signatures);
        }
        Ok(Self { domain, keys, body: rest })
    }

    /// The digest of the body.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.body)
    }

    /// Returns the body as text, without a check of its signatures. Returns `None` if it is not text.
    #[must_use]
    pub fn unverified_body(&self) -> Option<&'a str> {
        std::str::from_utf8(self.body).ok()
    }

    /// Returns the key ids in the signature lines, unverified.
    pub fn signers(&self) -> impl Iterator<Item = KeyId> {
        self.keys.iter().map(|key| key.key)
    }

    /// The body as text, and the keys of the store that signed it: one or more, in any state. Every signature of
    /// a key of the store must match. What the keys may publish is decided by the reader of the list.
    ///
    /// # Errors
    /// If no key of the store signed it, a signature does not match, or the body is not text.
    pub fn verified<'t>(&self, trust: &'t Trust) -> Result<(&'a str, Vec<&'t TrustedKey>), SignedListError> {
        let digest = self.digest();
        let mut signers = Vec::new();
        for key in &self.keys {
            let Some(trusted) = trust.get(key.key) else { continue };
            if !trusted.key.verifies(self.domain, &digest, &key.signature) {
                return Err(SignedListError::Invalid(key.key));
            }
            signers.push(trusted);
        }
        let Some(first) = signers.first() else {
            return Err(self
                .signers()
                .next()
                .map_or(SignedListError::Signatures, SignedListError::UnknownKey));
        };
        let text = std::str::from_utf8(self.body).map_err(|_| SignedListError::Invalid(first.key.id()))?;
        Ok((text, signers))
    }
}

/// Returns the first line without its line feed, and the rest.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'\n', bytes)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}
