//! Signed lists as files: what they are, who signed, and the signed bytes.
//!
//! ```text
//! keywright/revocation/1 LF
//! KEY SP 100 characters LF        1 to 16 times: header and signature, as in a license
//! LF
//! the body, to the end of the file
//! ```
//!
//! A signature covers the body byte for byte. The few lines before it are all that is looked at until one was verified:
//! no reader of the body ever sees bytes that nobody trusted has signed.

use std::fmt;

use super::key_text::{KeyFault, KeyText};
use super::message::{Digest, Domain, KeyId};
use super::signer::{SignError, Signer, sign_object};
use super::trust::{KeyState, Mode, Trust, TrustedKey};

/// Most signatures of one file.
pub const MAX_SIGNATURES: usize = 16;
/// How a line with a signature begins.
const KEY_HEAD: &[u8] = b"KEY ";

/// A signed list taken apart. That it could be says nothing of its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<'a> {
    domain: Domain,
    keys: Vec<KeyText>,
    body: &'a [u8],
}

/// Why some bytes are no signed list to go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SealFault {
    /// They do not begin as a signed list of this kind.
    NotSealed(Domain),
    /// They begin as a signed object of another kind.
    OtherKind(Domain),
    /// Its line ends were changed, which breaks every signature.
    LineEnds,
    /// A line with a signature cannot be read.
    Key(KeyFault),
    /// It has no signature, or more than [`MAX_SIGNATURES`], or one key signed twice.
    Signatures,
    /// No trusted key signed it; the one that is named.
    UnknownKey(KeyId),
    /// A development key signed it, and those do not count here.
    Development(KeyId),
    /// A key signed it that others may have.
    Compromised(KeyId),
    /// The body is not what this key signed.
    Invalid(KeyId),
}

impl fmt::Display for SealFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSealed(domain) => write!(f, "it does not begin with the line `{}`", domain.text()),
            Self::OtherKind(domain) => write!(f, "it is a signed object of the kind `{}`", domain.text()),
            Self::LineEnds => {
                f.write_str("its line ends were changed on the way, which breaks its signature")
            }
            Self::Key(fault) => write!(f, "its signature cannot be read: {fault}"),
            Self::Signatures => {
                write!(f, "it must have 1 to {MAX_SIGNATURES} signatures, each of another key")
            }
            Self::UnknownKey(key) => {
                write!(f, "it is signed with key {key}, which is not in the trust store")
            }
            Self::Development(key) => {
                write!(f, "it is signed with development key {key}, which is not trusted in production")
            }
            Self::Compromised(key) => write!(f, "it is signed with key {key}, which is in the wrong hands"),
            Self::Invalid(key) => write!(f, "its text is not what key {key} signed"),
        }
    }
}

impl std::error::Error for SealFault {}

impl<'a> Sealed<'a> {
    /// Takes a signed list apart, without looking into its body.
    ///
    /// # Errors
    /// If the bytes are not laid out as one.
    pub fn split(bytes: &'a [u8], domain: Domain) -> Result<Self, SealFault> {
        let (first, mut rest) = line(bytes).ok_or(SealFault::NotSealed(domain))?;
        if first != domain.text().as_bytes() {
            let kind = |text: &[u8]| Domain::ALL.into_iter().find(|kind| kind.text().as_bytes() == text);
            return Err(match first.strip_suffix(b"\r") {
                Some(text) if kind(text) == Some(domain) => SealFault::LineEnds,
                _ => kind(first).map_or(SealFault::NotSealed(domain), SealFault::OtherKind),
            });
        }
        let mut keys: Vec<KeyText> = Vec::new();
        loop {
            let (text, after) = line(rest).ok_or(SealFault::Signatures)?;
            rest = after;
            if text.is_empty() {
                break;
            }
            let text = text.strip_prefix(KEY_HEAD).ok_or(SealFault::Key(KeyFault::Length(0)))?;
            let text = std::str::from_utf8(text).map_err(|_| SealFault::Key(KeyFault::Character(1)))?;
            let key = KeyText::parse(text).map_err(SealFault::Key)?;
            if keys.len() == MAX_SIGNATURES || keys.iter().any(|other| other.key == key.key) {
                return Err(SealFault::Signatures);
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(SealFault::Signatures);
        }
        Ok(Self { domain, keys, body: rest })
    }

    /// The digest of the body.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.body)
    }

    /// The body as text; `None` if it is none. Nobody has looked at its signatures.
    pub(super) fn body(&self) -> Option<&'a str> {
        std::str::from_utf8(self.body).ok()
    }

    /// The ids of the keys that are said to have signed.
    pub fn signers(&self) -> impl Iterator<Item = KeyId> {
        self.keys.iter().map(|key| key.key)
    }

    /// The body as text, and the trusted key that signed it. Every signature of a key of the store must match; one of
    /// them is enough.
    ///
    /// # Errors
    /// If none does, or one does not match, or the body is no text.
    pub fn open<'t>(&self, trust: &'t Trust, mode: Mode) -> Result<(&'a str, &'t TrustedKey), SealFault> {
        let digest = self.digest();
        let mut signer = None;
        let mut fault = None;
        for key in &self.keys {
            let Some(trusted) = trust.get(key.key) else {
                fault.get_or_insert(SealFault::UnknownKey(key.key));
                continue;
            };
            if !trusted.key.verifies(self.domain, &digest, &key.signature) {
                return Err(SealFault::Invalid(key.key));
            }
            match trusted.entry.state {
                KeyState::Compromised(_) => fault = Some(SealFault::Compromised(key.key)),
                _ if !mode.accepts(trusted.entry.usage) => fault = Some(SealFault::Development(key.key)),
                _ => {
                    signer.get_or_insert(trusted);
                }
            }
        }
        let text = std::str::from_utf8(self.body);
        match (signer, fault, text) {
            (Some(signer), _, Ok(text)) => Ok((text, signer)),
            (Some(signer), _, Err(_)) => Err(SealFault::Invalid(signer.key.id())),
            (None, Some(fault), _) => Err(fault),
            (None, None, _) => Err(SealFault::Signatures),
        }
    }
}

/// The first line without its line feed, and what follows.
fn line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'\n', bytes)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

/// Signs a body and writes the whole file; the signature is checked with the trusted key first.
///
/// # Errors
/// If the signer has another key or gives no good signature.
pub(super) fn seal(
    domain: Domain,
    body: &str,
    signer: &dyn Signer,
    trusted: &TrustedKey,
) -> Result<String, SignError> {
    let key = sign_object(signer, trusted, domain, &Digest::of(body.as_bytes()))?;
    Ok(format!("{}\nKEY {}\n\n{body}", domain.text(), key.encode()))
}
