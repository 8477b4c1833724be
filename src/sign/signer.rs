//! Signing of a payload: the signer signs the message, and the signature is checked before it is used.

use std::fmt;

use keywright_verify::{Digest, Domain, KeyId, KeyText, PublicKey, TrustedKey, message};

use super::secret_key::SecretKey;

/// The signer's error message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignerFailure(pub String);

/// The owner of a secret key: a key file, a security module or a program.
///
/// Signers are not trusted: [`sign_payload`] checks each signature with the trusted public key.
pub trait Signer: Sync {
    /// Returns the public key of the signer.
    fn public_key(&self) -> &PublicKey;

    /// Signs a message with Ed25519.
    ///
    /// # Errors
    /// Returns an error if it cannot sign.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignerFailure>;

    /// Returns true if several signatures may be requested at once.
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

/// The reason why a payload was not signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignError {
    /// The signer has another key than the trusted one.
    OtherKey {
        /// The required key.
        trusted: KeyId,
        /// The signer's key.
        signer: KeyId,
    },
    /// The block has another vendor.
    ForeignVendor {
        /// VENDOR of the block.
        vendor: String,
        /// The vendor that the key is trusted for.
        trusted: String,
    },
    /// The signer returned no signature.
    Signer(SignerFailure),
    /// The signer returned an invalid signature.
    BadSignature,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherKey { trusted, signer } => {
                write!(f, "the signer has key {signer}, but key {trusted} is trusted")
            }
            Self::ForeignVendor { vendor, trusted } => {
                write!(f, "VENDOR is `{vendor}`, but the key is trusted for `{trusted}` only")
            }
            Self::Signer(SignerFailure(why)) => write!(f, "the signer returned no signature: {why}"),
            Self::BadSignature => f.write_str("the signer returned an invalid signature"),
        }
    }
}

impl std::error::Error for SignError {}

/// Signs the payload of a block of `vendor` and checks the signature with the key of the trust store.
///
/// A fault while signing or a malicious signer could reveal the secret key, so unchecked signatures are never returned.
///
/// # Errors
/// Returns an error if the signer has another key, the block has another vendor, or the signature is missing or invalid.
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
/// Returns an error if the signer has another key, or the signature is missing or invalid.
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

/// Signs a body and writes the whole file; the signature is checked with the trusted key first.
///
/// # Errors
/// If the signer has another key or gives no good signature.
pub(super) fn sign_list(
    domain: Domain,
    body: &str,
    signer: &dyn Signer,
    trusted: &TrustedKey,
) -> Result<String, SignError> {
    let key = sign_object(signer, trusted, domain, &Digest::of(body.as_bytes()))?;
    Ok(format!("{}\nKEY {}\n\n{body}", domain.text(), key.encode()))
}
