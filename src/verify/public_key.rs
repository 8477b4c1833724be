//! Validated public keys.
//!
//! A key is accepted only in its canonical encoding, and never if it has small order or a torsion part. With such keys a
//! signature can match many messages, or be valid in one program and invalid in another.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
#[cfg(feature = "pem")]
use der::Document;
use ed25519_dalek::{Signature, VerifyingKey};

use super::message::{self, Digest, Domain, KeyId};

/// The DER bytes before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
const SPKI_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const SPKI_LABEL: &str = "PUBLIC KEY";
const LINE_HEAD: &str = "keywright-pub";
/// Length of 32 bytes in base64.
const KEY_CHARS: usize = 44;
/// Maximum length of a public key in one-line form. No real one is as long.
const LONGEST_LINE: usize = 256;

/// A validated Ed25519 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: KeyId,
}

/// The reason why a public key is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// The bytes are not a point on the curve.
    NotAPoint,
    /// The encoding of the point is not canonical.
    NotCanonical,
    /// The point has small order, so one signature would match nearly every message.
    SmallOrder,
    /// The point has a torsion part, so programs would disagree about its signatures.
    Torsion,
    /// The text is not a PEM block.
    NotPem,
    /// The PEM block is not an Ed25519 public key.
    NotEd25519,
    /// The text contains a secret key.
    SecretKey,
    /// The text does not have the form `keywright-pub:VENDOR:KEYID:BASE64`.
    NotALine,
    /// The key id of the line does not match the key.
    IdDiffers,
}

impl fmt::Display for PublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAPoint => "the bytes are not an Ed25519 public key",
            Self::NotCanonical => "the public key is not in its canonical encoding",
            Self::SmallOrder => "the public key has small order: its signatures prove nothing",
            Self::Torsion => {
                "the public key has a torsion part: programs would disagree about its signatures"
            }
            Self::NotPem => "the text is not a PEM file",
            Self::NotEd25519 => "the file does not contain an Ed25519 public key",
            Self::SecretKey => "the file contains a secret key instead of a public key",
            Self::NotALine => "the text is not of the form `keywright-pub:VENDOR:KEYID:BASE64`",
            Self::IdDiffers => "the key id does not match the public key",
        })
    }
}

impl std::error::Error for PublicKeyError {}

impl PublicKey {
    /// Validates 32 bytes as a key.
    ///
    /// # Errors
    /// Returns an error if they are not a canonical point of full order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, PublicKeyError> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError::NotAPoint)?;
        let point = key.to_edwards();
        if point.compress().to_bytes() != *bytes {
            return Err(PublicKeyError::NotCanonical);
        }
        if key.is_weak() {
            return Err(PublicKeyError::SmallOrder);
        }
        if !point.is_torsion_free() {
            return Err(PublicKeyError::Torsion);
        }
        Ok(Self::derived(key))
    }

    /// Creates a key without validation. For keys that were computed from a seed, which are multiples of the base point.
    #[doc(hidden)]
    #[must_use]
    pub fn derived(key: VerifyingKey) -> Self {
        Self { key, id: KeyId::of(key.as_bytes()) }
    }

    /// Parses a SubjectPublicKeyInfo in PEM, as OpenSSL writes it.
    ///
    /// # Errors
    /// Returns an error if the text has another form or the key is rejected.
    #[cfg(feature = "pem")]
    pub fn from_pem(text: &str) -> Result<Self, PublicKeyError> {
        let (label, document) = Document::from_pem(text.trim()).map_err(|_| PublicKeyError::NotPem)?;
        if label.ends_with("PRIVATE KEY") {
            return Err(PublicKeyError::SecretKey);
        }
        let bytes = document.as_bytes().strip_prefix(&SPKI_HEAD);
        match bytes.and_then(|bytes| bytes.try_into().ok()) {
            Some(bytes) if label == SPKI_LABEL => Self::from_bytes(bytes),
            _ => Err(PublicKeyError::NotEd25519),
        }
    }

    /// Returns the key as SubjectPublicKeyInfo in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let body = STANDARD.encode([&SPKI_HEAD[..], self.as_bytes()].concat());
        format!("-----BEGIN {SPKI_LABEL}-----\n{body}\n-----END {SPKI_LABEL}-----\n")
    }

    /// Finds a key in one-line form in a longer text, even if mail wrapped it, quoted it with `>` or put text around it.
    #[must_use]
    pub fn find_line(text: &str) -> Option<String> {
        let from = text.get(text.find(&format!("{LINE_HEAD}:"))?..)?;
        let mut line = String::new();
        for c in from.lines().flat_map(|line| line.trim_start_matches(['>', ' ', '\t']).chars()) {
            // 32 bytes in base64 end in `=` and contain no other one. Any other `=` is a line break made by mail.
            let ends = line.split(':').nth(3).is_some_and(|key| key.len() + 1 == KEY_CHARS);
            if !c.is_whitespace() && (c != '=' || ends) {
                line.push(c);
            }
            if c == '=' && ends {
                return Some(line);
            }
            if line.len() > LONGEST_LINE {
                return None;
            }
        }
        Some(line)
    }

    /// Parses the one-line form and returns the vendor and the key.
    ///
    /// # Errors
    /// Returns an error if the line has another form, its id does not match, or the key is rejected.
    pub fn from_line(line: &str) -> Result<(&str, Self), PublicKeyError> {
        let mut parts = line.split(':');
        let (Some(LINE_HEAD), Some(vendor), Some(id), Some(text), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(PublicKeyError::NotALine);
        };
        let bytes: Option<[u8; 32]> = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        let (Some(bytes), Some(id)) = (bytes, KeyId::parse(id)) else {
            return Err(PublicKeyError::NotALine);
        };
        let key = Self::from_bytes(&bytes)?;
        if key.id == id { Ok((vendor, key)) } else { Err(PublicKeyError::IdDiffers) }
    }

    /// Returns the key in one-line form, for an email or a form.
    #[must_use]
    pub fn to_line(&self, vendor: &str) -> String {
        format!("{LINE_HEAD}:{vendor}:{}:{}", self.id, self.to_base64())
    }

    /// Returns the 32 bytes in base64.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.as_bytes())
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Returns the key id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Returns true if this key signed the digest of an object of this kind.
    #[must_use]
    pub fn verifies(&self, domain: Domain, digest: &Digest, signature: &[u8; 64]) -> bool {
        self.verifies_message(&message::message(domain, self.id, digest), signature)
    }

    /// Returns true if this key signed the message.
    ///
    /// Uses the strict check only: the plain and the batch check accept signatures that other programs reject.
    #[must_use]
    pub fn verifies_message(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}
