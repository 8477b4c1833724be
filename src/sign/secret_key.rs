//! Secret keys. They have no `Debug`, and an encrypted key file is the only text form.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use keywright_verify::PublicKey;
use zeroize::Zeroizing;

/// An Ed25519 secret key. Erased from memory when dropped.
pub struct SecretKey {
    key: SigningKey,
    public: PublicKey,
}

/// The reason why no key was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyGenerationError {
    /// The operating system returned no random bytes.
    NoRandomness,
    /// The operating system returned identical bytes only.
    NotRandom,
    /// A test signature made with the new key did not verify.
    ProbeFailed,
}

impl fmt::Display for KeyGenerationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRandomness => "the operating system returned no random bytes",
            Self::NotRandom => "the operating system returned bytes that are not random",
            Self::ProbeFailed => "a test signature made with the new key did not verify",
        })
    }
}

impl std::error::Error for KeyGenerationError {}

impl SecretKey {
    /// Generates a key with random bytes of the operating system.
    ///
    /// # Errors
    /// Returns an error if there are no random bytes or the test signature fails.
    pub fn generate() -> Result<Self, KeyGenerationError> {
        Self::generate_from(|seed| getrandom::fill(seed).is_ok())
    }

    fn generate_from(fill: impl FnOnce(&mut [u8]) -> bool) -> Result<Self, KeyGenerationError> {
        const PROBE: &[u8] = b"keywright probe of a new key";
        let mut seed = Zeroizing::new([0; 32]);
        if !fill(&mut seed[..]) {
            return Err(KeyGenerationError::NoRandomness);
        }
        if seed.iter().all(|byte| seed.first() == Some(byte)) {
            return Err(KeyGenerationError::NotRandom);
        }
        let key = Self::from_seed(&seed);
        // The test also validates the public key like an imported one.
        let public =
            PublicKey::from_bytes(key.public.as_bytes()).map_err(|_| KeyGenerationError::ProbeFailed)?;
        let signature = ed25519_dalek::Signature::from_bytes(&key.sign_bytes(PROBE));
        let checked = key.key.verifying_key().verify_strict(PROBE, &signature);
        if public == key.public && checked.is_ok() { Ok(key) } else { Err(KeyGenerationError::ProbeFailed) }
    }

    /// Creates a key from a seed of 32 bytes. The public key is always computed, never read from elsewhere.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        let public = PublicKey::derived(key.verifying_key());
        Self { key, public }
    }

    /// Returns the public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Returns the seed for a key file.
    pub(super) fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    /// Signs bytes. Signatures are deterministic.
    pub(super) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threat_11_bad_randomness_gives_no_key() {
        let failure = |fill: fn(&mut [u8]) -> bool| SecretKey::generate_from(fill).err();
        assert_eq!(failure(|_| false), Some(KeyGenerationError::NoRandomness));
        assert_eq!(failure(|_| true), Some(KeyGenerationError::NotRandom));
        let constant = |seed: &mut [u8]| {
            seed.fill(0x5a);
            true
        };
        assert_eq!(failure(constant), Some(KeyGenerationError::NotRandom));
        assert!(SecretKey::generate().is_ok());
    }

    #[test]
    fn two_new_keys_differ() {
        let ids = [SecretKey::generate(), SecretKey::generate()].map(|key| key.map(|key| key.public.id()));
        assert_ne!(ids[0], ids[1]);
    }
}
