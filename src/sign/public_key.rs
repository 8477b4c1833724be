//! A public key that was checked on its way in.
//!
//! A key is taken only in its one canonical encoding, and never of small order or with a torsion part: with such keys a
//! signature can fit many messages, or fit for one program and not for another.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use pkcs8::der::Document;

use super::message::{self, Digest, Domain, KeyId};

/// What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410).
const SPKI_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const SPKI_LABEL: &str = "PUBLIC KEY";
const LINE_HEAD: &str = "keywright-pub";
/// Characters of 32 bytes in base64.
const KEY_CHARS: usize = 44;
/// More characters than a public key as one line can have.
const LONGEST_LINE: usize = 256;

/// An Ed25519 public key fit to verify with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    id: KeyId,
}

/// Why some bytes or a text are no public key to trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKeyError {
    /// The bytes are no point of the curve.
    NotAPoint,
    /// The point has another, canonical encoding.
    NotCanonical,
    /// The point has small order: one signature would fit nearly every message.
    SmallOrder,
    /// The point has a torsion part: programs would disagree on its signatures.
    Torsion,
    /// The text is no PEM block.
    NotPem,
    /// The PEM block holds something else than an Ed25519 public key.
    NotEd25519,
    /// The text holds a secret key.
    SecretKey,
    /// The text is no line of the form `keywright-pub:VENDOR:KEYID:BASE64`.
    NotALine,
    /// The line's key id is not the key's.
    IdDiffers,
}

impl fmt::Display for PublicKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAPoint => "the bytes are no Ed25519 public key",
            Self::NotCanonical => "the public key is not in its canonical encoding",
            Self::SmallOrder => "the public key has small order: a signature under it proves nothing",
            Self::Torsion => "the public key has a torsion part: programs would disagree on its signatures",
            Self::NotPem => "the text is no PEM file",
            Self::NotEd25519 => "the file holds no Ed25519 public key",
            Self::SecretKey => "the file holds a secret key where a public key belongs",
            Self::NotALine => "the text is not of the form `keywright-pub:VENDOR:KEYID:BASE64`",
            Self::IdDiffers => "the key id does not belong to the public key beside it",
        })
    }
}

impl std::error::Error for PublicKeyError {}

impl PublicKey {
    /// Checks 32 bytes and takes them as a key.
    ///
    /// # Errors
    /// If they are no canonical point of full order.
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

    /// A key that was computed from a secret one, and so is a multiple of the base point.
    pub(super) fn derived(key: VerifyingKey) -> Self {
        Self { key, id: KeyId::of(key.as_bytes()) }
    }

    /// Reads a SubjectPublicKeyInfo in PEM, as OpenSSL writes it.
    ///
    /// # Errors
    /// If the text is no such file, or the key is not fit to verify with.
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

    /// Writes it as SubjectPublicKeyInfo in PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        let body = STANDARD.encode([&SPKI_HEAD[..], self.as_bytes()].concat());
        format!("-----BEGIN {SPKI_LABEL}-----\n{body}\n-----END {SPKI_LABEL}-----\n")
    }

    /// The form of one line in a longer text, as mail leaves it: broken over lines, quoted with `>`, with words round it.
    #[must_use]
    pub fn find_line(text: &str) -> Option<String> {
        let from = text.get(text.find(&format!("{LINE_HEAD}:"))?..)?;
        let mut line = String::new();
        for c in from.lines().flat_map(|line| line.trim_start_matches(['>', ' ', '\t']).chars()) {
            // 32 bytes in base64 end in `=`, which stands nowhere else: any other one is where mail broke the line.
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

    /// Reads the form of one line; the vendor stands beside the key.
    ///
    /// # Errors
    /// If the line has another form, its id is not the key's, or the key is not fit to verify with.
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

    /// Writes it as one line, for a message or a form.
    #[must_use]
    pub fn to_line(&self, vendor: &str) -> String {
        format!("{LINE_HEAD}:{vendor}:{}:{}", self.id, self.to_base64())
    }

    /// Its 32 bytes in base64.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.as_bytes())
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Whether a signature is this key's for an object of this kind with this digest.
    #[must_use]
    pub fn verifies(&self, domain: Domain, digest: &Digest, signature: &[u8; 64]) -> bool {
        self.verifies_message(&message::message(domain, self.id, digest), signature)
    }

    /// Whether a signature is this key's for some bytes, whatever they are.
    ///
    /// Only the strict check is ever used: the plain one and the batch one accept signatures that others refuse.
    #[must_use]
    pub fn verifies_message(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}
