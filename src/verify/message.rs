//! The message that is signed, and key ids.
//!
//! A signature covers `u8(length of domain) | domain | key header | SHA-512(payload)`: the kind of object, the version
//! and algorithm of the signature, the key, and the payload. A signature of one kind of object is never valid for
//! another, and anyone who has the public key can check it with standard tools.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256, Sha512};

use super::hex;

/// Version of the signature format.
pub const VERSION: u8 = 1;
/// Pure Ed25519, as in RFC 8032.
pub const ALGORITHM: u8 = 1;
/// Flags; none are defined.
pub const FLAGS: u8 = 0;
/// Length of a key header in bytes: version, algorithm, flags, key id.
pub const HEADER_BYTES: usize = 3 + KeyId::BYTES;

/// The kind of object that a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Domain {
    /// A FEATURE block.
    Feature,
    /// A trust list.
    Trust,
    /// A revocation list.
    Revocation,
    /// A record of the issue log.
    Log,
    /// An approval of a batch.
    Approval,
}

impl Domain {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Feature, Self::Trust, Self::Revocation, Self::Log, Self::Approval];

    /// Returns the domain text in the message.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Feature => "keywright/feature/1",
            Self::Trust => "keywright/trust/1",
            Self::Revocation => "keywright/revocation/1",
            Self::Log => "keywright/log/1",
            Self::Approval => "keywright/approval/1",
        }
    }
}

/// The SHA-512 hash of a payload. It identifies the signed content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 64]);

impl Digest {
    /// Computes the digest of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha512::digest(bytes).into())
    }

    /// Creates a digest from stored bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Parses 128 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        hex::parse(text).map(Self)
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(&self.0, f)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The error for text that is not a [`Digest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseDigestError;

impl fmt::Display for ParseDigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the 128 digits of a digest")
    }
}

impl std::error::Error for ParseDigestError {}

impl FromStr for Digest {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        Self::parse(text).ok_or(ParseDigestError)
    }
}

/// A short id of a public key. It selects a key in the trust store and proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; KeyId::BYTES]);

impl KeyId {
    /// Length in bytes.
    pub const BYTES: usize = 8;

    /// Computes the id of an Ed25519 public key.
    #[must_use]
    pub fn of(public_key: &[u8; 32]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"keywright-key-id 1\n");
        hash.update([ALGORITHM]);
        hash.update(public_key);
        let mut id = [0; Self::BYTES];
        id.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
        Self(id)
    }

    /// Creates an id from the bytes in a KEY.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// Parses 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        hex::parse(text).map(Self)
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(&self.0, f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The error for text that is not a [`KeyId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParseKeyIdError;

impl fmt::Display for ParseKeyIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected the 16 digits of a key id, as shown by `keys list`")
    }
}

impl std::error::Error for ParseKeyIdError {}

impl FromStr for KeyId {
    type Err = ParseKeyIdError;

    fn from_str(text: &str) -> Result<Self, ParseKeyIdError> {
        Self::parse(text).ok_or(ParseKeyIdError)
    }
}

/// Returns the header of a KEY: version, algorithm, flags, key id. The signature covers it.
#[must_use]
pub fn header(key: KeyId) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes
        .iter_mut()
        .zip([VERSION, ALGORITHM, FLAGS].iter().chain(key.as_bytes()))
        .for_each(|(to, from)| *to = *from);
    bytes
}

/// Returns the bytes to sign: 95 for a FEATURE block.
#[must_use]
pub fn message(domain: Domain, key: KeyId, digest: &Digest) -> Vec<u8> {
    let text = domain.text();
    let mut bytes = Vec::with_capacity(1 + text.len() + HEADER_BYTES + digest.as_bytes().len());
    // All domain texts are shorter than 256 bytes, which a test checks.
    bytes.push(u8::try_from(text.len()).unwrap_or(u8::MAX));
    bytes.extend_from_slice(text.as_bytes());
    bytes.extend_from_slice(&header(key));
    bytes.extend_from_slice(digest.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_and_key_ids_parse_their_display_form() {
        let (digest, id) = (Digest::of(b"payload"), KeyId::of(&[7; 32]));
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().parse::<Digest>(), Err(ParseDigestError));
        assert_eq!(digest.to_string().parse::<KeyId>(), Err(ParseKeyIdError));
    }

    #[test]
    fn block_message_has_95_bytes() {
        let bytes = message(Domain::Feature, KeyId::of(&[7; 32]), &Digest::of(b""));
        assert_eq!(bytes.len(), 95);
        assert_eq!(&bytes[..20], b"\x13keywright/feature/1");
        assert_eq!(&bytes[20..23], &[1, 1, 0]);
    }

    #[test]
    fn no_domain_is_prefix_of_another() {
        for (at, one) in Domain::ALL.iter().enumerate() {
            assert!(one.text().len() < 256);
            for other in Domain::ALL.iter().skip(at + 1) {
                let (one, other) = (one.text(), other.text());
                assert!(!one.starts_with(other) && !other.starts_with(one));
            }
        }
    }
}
