//! Signing one payload: whoever holds the key signs the message, and the signature is checked before it is used.

use std::fmt;

use super::key_text::KeyText;
use super::message::{self, Digest, Domain, KeyId};
use super::public_key::PublicKey;
use super::secret_key::SecretKey;
use super::trust::TrustedKey;

/// A signer's own account of why it gave no signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerFailure(pub String);

/// Whoever holds a secret key: a key file, a security module, a program.
///
/// Nothing it returns is believed: [`sign_payload`] checks each signature with the trusted public key.
pub trait Signer: Sync {
    /// The public key it signs for.
    fn public_key(&self) -> &PublicKey;

    /// Its Ed25519 signature of a message.
    ///
    /// # Errors
    /// If it cannot sign.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure>;

    /// Whether it may be asked for many signatures at once.
    fn is_concurrent(&self) -> bool {
        false
    }
}

impl Signer for SecretKey {
    fn public_key(&self) -> &PublicKey {
        Self::public_key(self)
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure> {
        Ok(self.sign_bytes(message))
    }

    fn is_concurrent(&self) -> bool {
        true
    }
}

/// Why a payload was not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignError {
    /// The signer's key is not the trusted one.
    OtherKey {
        /// Whose signature was asked for.
        trusted: KeyId,
        /// Whose key the signer has.
        signer: KeyId,
    },
    /// The block is another vendor's.
    ForeignVendor {
        /// VENDOR of the block.
        vendor: String,
        /// The vendor that the key is trusted for.
        trusted: String,
    },
    /// The signer gave no signature.
    Signer(SignerFailure),
    /// The signer gave a signature that does not verify.
    BadSignature,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherKey { trusted, signer } => {
                write!(f, "the signer has key {signer}, but key {trusted} is trusted")
            }
            Self::ForeignVendor { vendor, trusted } => {
                write!(f, "the block is of vendor `{vendor}`, but the key signs for `{trusted}` only")
            }
            Self::Signer(SignerFailure(why)) => write!(f, "the signer gave no signature: {why}"),
            Self::BadSignature => f.write_str("the signer gave a signature that does not verify"),
        }
    }
}

impl std::error::Error for SignError {}

/// Signs the payload of a block of `vendor` and checks the signature with the key of the trust store.
///
/// A fault while signing, or a lying signer, could give the secret key away; so no unchecked signature leaves here.
///
/// # Errors
/// If the signer has another key, the block is another vendor's, or there is no good signature.
pub fn sign_payload(
    signer: &dyn Signer,
    trusted: &TrustedKey,
    vendor: &str,
    digest: &Digest,
) -> Result<KeyText, SignError> {
    if vendor != trusted.entry.vendor {
        return Err(SignError::ForeignVendor {
            vendor: vendor.to_owned(),
            trusted: trusted.entry.vendor.clone(),
        });
    }
    sign_object(signer, trusted, Domain::Feature, digest)
}

/// Signs an object of any kind by its digest and checks the signature with the key of the trust store.
///
/// # Errors
/// If the signer has another key or there is no good signature.
pub(super) fn sign_object(
    signer: &dyn Signer,
    trusted: &TrustedKey,
    domain: Domain,
    digest: &Digest,
) -> Result<KeyText, SignError> {
    let key = trusted.key.id();
    if signer.public_key() != &trusted.key {
        return Err(SignError::OtherKey { trusted: key, signer: signer.public_key().id() });
    }
    let signature = signer.sign(&message::message(domain, key, digest)).map_err(SignError::Signer)?;
    if trusted.key.verifies(domain, digest, &signature) {
        Ok(KeyText { key, signature })
    } else {
        Err(SignError::BadSignature)
    }
}
