//! Secret key files: PKCS#8 version 1 in PEM, encrypted with PBES2, readable by OpenSSL 3.0.
//!
//! The encryption (AES-CBC) is not authenticated, so a flipped bit can yield another key without any error. The lines
//! before the PEM block name the public key, and reading fails if they do not match the decrypted key.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::KeypairBytes;
use jiff::civil::Date;
use pkcs8::der::asn1::{ObjectIdentifier, OctetStringRef};
use pkcs8::der::pem::LineEnding;
use pkcs8::der::{Decode as _, Document, SecretDocument};
use pkcs8::pkcs5::{EncryptionScheme, pbes2};
use pkcs8::{EncodePrivateKey as _, EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use keywright_verify::{KeyId, Usage};

use super::secret_key::SecretKey;

const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";
const PLAIN_LABEL: &str = "PRIVATE KEY";
const BEGIN: &str = "-----BEGIN ";

/// Cost of scrypt in new files: the largest N that OpenSSL 3.0 accepts. A higher p compensates for it.
const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 5;
/// Rounds of PBKDF2 in new files.
const PBKDF2_ROUNDS: u32 = 600_000;

/// Maximum memory for scrypt when reading a file, in bytes.
const MAX_KDF_MEMORY: u64 = 256 * 1024 * 1024;
/// Maximum number of bytes that scrypt processes in all its passes.
/// DECISION: slightly above a round number, so that no single flipped bit in the cost of a keywright file exceeds it.
const MAX_KDF_TRAFFIC: u64 = 1280 * 1024 * 1024;
/// Maximum number of PBKDF2 rounds.
const MAX_KDF_ROUNDS: u32 = 10_000_000;
/// Number of PBKDF2 rounds below which a file is read with a warning.
pub const MIN_KDF_ROUNDS: u32 = 100_000;

const WEAK_SCRYPT: &str = "weak passphrase protection of the key file: scrypt cost too low (less than 16 MiB in all passes); \
     `keywright keys passwd FILE` strengthens it";
const WEAK_PBKDF2: &str = "weak passphrase protection of the key file: too few PBKDF2 rounds (fewer than 100,000); \
     `keywright keys passwd FILE` strengthens it";

/// The key derivation function for a passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kdf {
    /// scrypt, N = 2^14, r = 8, p = 5.
    #[default]
    Scrypt,
    /// PBKDF2 with HMAC-SHA-256, 600,000 rounds.
    Pbkdf2,
}

/// The protection of a new key file.
#[derive(Clone, Copy)]
pub enum Protection<'a> {
    /// No protection.
    Plain,
    /// Encryption with a passphrase.
    Passphrase(&'a [u8], Kdf),
}

/// Information about a key in plain text in its file. It is for users only: no decision depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// The vendor that owns the key.
    pub vendor: Option<String>,
    /// The creation date.
    pub created: Option<Date>,
    /// The permitted usage.
    pub usage: Option<Usage>,
    /// A warning if the protection of the file is weak or missing.
    pub weakness: Option<&'static str>,
}

/// The reason why a key file cannot be read or written. Never contains text of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFileError {
    /// The file is not PEM.
    NotPem,
    /// The PEM block does not contain a secret key.
    OtherLabel,
    /// The secret key is not an Ed25519 key or is malformed.
    NotEd25519,
    /// The file uses an unsupported algorithm with this name.
    Unsupported(String),
    /// Key derivation would exceed the work limit.
    TooMuchWork,
    /// The file is encrypted, but no passphrase was given.
    PassphraseNeeded,
    /// The passphrase is wrong or the file is damaged. The two cannot be distinguished.
    WrongPassphrase,
    /// A line before the PEM block, or the public key inside, does not match the key.
    Contradiction(&'static str, KeyId),
    /// A line before the PEM block is repeated or invalid.
    BadHeader(&'static str),
    /// The operating system returned no random bytes.
    NoRandomness,
    /// The passphrase is empty.
    EmptyPassphrase,
    /// The written file does not contain the same key when read again.
    NotReadBack,
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPem => f.write_str("the key file is not a PEM file"),
            Self::OtherLabel => f.write_str("the PEM file does not contain a secret key"),
            Self::NotEd25519 => f.write_str("the key file does not contain an Ed25519 secret key"),
            Self::Unsupported(name) => write!(f, "the key file uses {name}, which is not supported"),
            Self::TooMuchWork => f.write_str("the key file exceeds the work limit for key derivation"),
            Self::PassphraseNeeded => f.write_str("the key file is encrypted, and no passphrase was given"),
            Self::WrongPassphrase => f.write_str("wrong passphrase, or the key file is damaged"),
            Self::Contradiction(what, id) => write!(
                f,
                "the key in the file is {id}, which does not match {what}: the file is damaged or was changed"
            ),
            Self::BadHeader(name) => {
                write!(f, "duplicate or invalid line `{name}` in the key file")
            }
            Self::NoRandomness => f.write_str("the operating system returned no random bytes"),
            Self::EmptyPassphrase => f.write_str("the passphrase is empty"),
            Self::NotReadBack => {
                f.write_str("the written key file does not contain the same key when read again")
            }
        }
    }
}

impl std::error::Error for KeyFileError {}

/// Writes a key as text and reads it again before returning it.
///
/// # Errors
/// Returns an error if there are no random bytes for salt and IV, the passphrase is empty, or the text does not contain
/// the same key when read again.
pub fn write_secret_key(
    key: &SecretKey,
    label: &Label,
    protection: Protection<'_>,
) -> Result<Zeroizing<String>, KeyFileError> {
    let plain = KeypairBytes { secret_key: *key.seed(), public_key: None }
        .to_pkcs8_der()
        .map_err(|_| KeyFileError::NotReadBack)?;
    let (pem, passphrase) = match protection {
        Protection::Plain => (plain.to_pem(PLAIN_LABEL, LineEnding::LF), None),
        Protection::Passphrase([], _) => return Err(KeyFileError::EmptyPassphrase),
        Protection::Passphrase(passphrase, kdf) => {
            let document = encrypt(plain.as_bytes(), passphrase, kdf)?;
            (document.into_secret().to_pem(ENCRYPTED_LABEL, LineEnding::LF), Some(passphrase))
        }
    };
    let pem = pem.map_err(|_| KeyFileError::NotReadBack)?;
    let mut text = Zeroizing::new(String::with_capacity(pem.len() + 512));
    text.push_str(&header_lines(key, label));
    text.push_str(&pem);
    let (back, _) = parse_secret_key(&text, passphrase)?;
    if back.public_key() == key.public_key() { Ok(text) } else { Err(KeyFileError::NotReadBack) }
}

/// Reads a key file: PKCS#8 version 1 or 2, plain or encrypted with PBES2 (scrypt or PBKDF2, AES-CBC).
///
/// # Errors
/// Returns an error if the file has another form, exceeds a limit, the passphrase is wrong, or its parts do not match.
pub fn parse_secret_key(text: &str, passphrase: Option<&[u8]>) -> Result<(SecretKey, Label), KeyFileError> {
    let (head, body) = split_head(text).ok_or(KeyFileError::NotPem)?;
    let header = Header::parse(head)?;
    let unreadable = if body.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----") {
        KeyFileError::WrongPassphrase
    } else {
        KeyFileError::NotPem
    };
    let (label, document) = SecretDocument::from_pem(body.trim_end()).map_err(|_| unreadable)?;
    let (key, weakness) = match label {
        PLAIN_LABEL => (
            from_private_key_info(document.as_bytes(), KeyFileError::NotEd25519)?,
            Some("the key file is not encrypted"),
        ),
        ENCRYPTED_LABEL => decrypt(document.as_bytes(), passphrase)?,
        _ => return Err(KeyFileError::OtherLabel),
    };
    header.check(&key).map_err(|contradiction| match label {
        // A flipped bit in the encrypted part must be reported as a wrong passphrase.
        ENCRYPTED_LABEL => KeyFileError::WrongPassphrase,
        _ => contradiction,
    })?;
    Ok((key, Label { weakness, ..header.label }))
}

/// Returns the id that a key file states, without reading the secret key.
///
/// # Errors
/// Returns an error if the file is not a key file.
pub fn stated_key_id(text: &str) -> Result<Option<KeyId>, KeyFileError> {
    let (head, _) = split_head(text).ok_or(KeyFileError::NotPem)?;
    Ok(Header::parse(head)?.id)
}

fn header_lines(key: &SecretKey, label: &Label) -> String {
    let public = key.public_key();
    let mut lines = String::new();
    let mut line = |name: &str, value: &str| {
        lines.push_str(name);
        lines.push_str(": ");
        lines.push_str(value);
        lines.push('\n');
    };
    if let Some(vendor) = &label.vendor {
        line("Vendor", vendor);
    }
    line("Key-Id", &public.id().to_string());
    line("Public-Key", &public.to_base64());
    if let Some(created) = label.created {
        line("Created", &created.to_string());
    }
    if let Some(usage) = label.usage {
        line("Usage", usage.as_str());
    }
    lines
}

/// Splits the text into the lines before the first PEM block and the rest.
fn split_head(text: &str) -> Option<(&str, &str)> {
    let at = if text.starts_with(BEGIN) { 0 } else { text.find("\n-----BEGIN ")? + 1 };
    text.split_at_checked(at)
}

/// The known lines before the PEM block. Other lines are ignored.
#[derive(Default)]
struct Header {
    label: Label,
    id: Option<KeyId>,
    public: Option<[u8; 32]>,
}

impl Header {
    fn parse(text: &str) -> Result<Self, KeyFileError> {
        let mut header = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
            let value = value.trim();
            match name {
                "Vendor" => set(&mut header.label.vendor, "Vendor", Some(value.to_owned()))?,
                "Key-Id" => set(&mut header.id, "Key-Id", KeyId::parse(value))?,
                "Public-Key" => set(&mut header.public, "Public-Key", public_key_bytes(value))?,
                "Created" => set(&mut header.label.created, "Created", value.parse().ok())?,
                "Usage" => set(&mut header.label.usage, "Usage", Usage::parse(value))?,
                _ => {}
            }
        }
        Ok(header)
    }

    fn check(&self, key: &SecretKey) -> Result<(), KeyFileError> {
        let public = key.public_key();
        let contradicts = |what| Err(KeyFileError::Contradiction(what, public.id()));
        if self.id.is_some_and(|id| id != public.id()) {
            return contradicts("its line `Key-Id`");
        }
        if self.public.is_some_and(|bytes| bytes != *public.as_bytes()) {
            return contradicts("its line `Public-Key`");
        }
        Ok(())
    }
}

fn set<T>(slot: &mut Option<T>, name: &'static str, value: Option<T>) -> Result<(), KeyFileError> {
    if slot.is_some() || value.is_none() {
        return Err(KeyFileError::BadHeader(name));
    }
    *slot = value;
    Ok(())
}

fn public_key_bytes(text: &str) -> Option<[u8; 32]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// Algorithms of other keys. None differs by one bit from a supported one.
const OTHER_KEYS: [ObjectIdentifier; 2] = [
    // RSA.
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"),
    // ECDSA.
    ObjectIdentifier::new_unwrap("1.2.840.10045.2.1"),
];

/// Number of bytes at the beginning of an encrypted file that contain the encryption scheme.
const MAX_SCHEME_BYTES: usize = 128;

/// Names of unsupported encryption schemes. None differs by one bit from a supported one.
const OTHER_SCHEMES: [(ObjectIdentifier, &str); 11] = [
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.1"), "PBE-SHA1-RC4-128"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.2"), "PBE-SHA1-RC4-40"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.3"), "PBE-SHA1-3DES"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.4"), "PBE-SHA1-2DES"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.5"), "PBE-SHA1-RC2-128"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.1.12.1.6"), "PBE-SHA1-RC2-40"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.3.7"), "triple DES"),
    (ObjectIdentifier::new_unwrap("1.3.14.3.2.7"), "DES"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.3.2"), "RC2"),
    (ObjectIdentifier::new_unwrap("1.2.840.113549.2.7"), "PBKDF2 with SHA-1"),
    (ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.2"), "SM4"),
];

/// Returns the error for an encrypted file that cannot be parsed: an unsupported scheme, or damage.
fn other_scheme(bytes: &[u8]) -> KeyFileError {
    let head = bytes.get(..MAX_SCHEME_BYTES).unwrap_or(bytes);
    let occurs = |oid: &ObjectIdentifier| {
        let oid = oid.as_bytes();
        let tagged: Vec<u8> =
            [0x06].into_iter().chain(u8::try_from(oid.len())).chain(oid.iter().copied()).collect();
        head.windows(tagged.len()).any(|window| window == tagged)
    };
    match OTHER_SCHEMES.iter().find(|(oid, _)| occurs(oid)) {
        Some((_, name)) => KeyFileError::Unsupported((*name).to_owned()),
        None => KeyFileError::WrongPassphrase,
    }
}

/// Extracts the key from a PKCS#8 structure. `fault` is the error for a malformed structure: in a plain file, not an
/// Ed25519 key; in an encrypted one, a wrong passphrase or damage.
fn from_private_key_info(bytes: &[u8], fault: KeyFileError) -> Result<SecretKey, KeyFileError> {
    let Ok(info) = PrivateKeyInfoRef::try_from(bytes) else {
        return Err(fault);
    };
    let other = OTHER_KEYS.contains(&info.algorithm.oid);
    let fault = if other { KeyFileError::NotEd25519 } else { fault };
    let pair = KeypairBytes::try_from(info).map_err(|_| fault)?;
    let seed = Zeroizing::new(pair.secret_key);
    let key = SecretKey::from_seed(&seed);
    match &pair.public_key {
        Some(public) if public.to_bytes() != *key.public_key().as_bytes() => {
            Err(KeyFileError::Contradiction("the public key inside", key.public_key().id()))
        }
        _ => Ok(key),
    }
}

fn encrypt(plain: &[u8], passphrase: &[u8], kdf: Kdf) -> Result<Document, KeyFileError> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt).map_err(|_| KeyFileError::NoRandomness)?;
    getrandom::fill(&mut iv).map_err(|_| KeyFileError::NoRandomness)?;
    let parameters = match kdf {
        Kdf::Scrypt => pkcs8::pkcs5::scrypt::Params::new(SCRYPT_LOG_N, SCRYPT_R, SCRYPT_P)
            .ok()
            .and_then(|cost| pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).ok()),
        Kdf::Pbkdf2 => pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(PBKDF2_ROUNDS, &salt, iv).ok(),
    };
    let parameters = parameters.ok_or(KeyFileError::NotReadBack)?;
    let encrypted = parameters.encrypt(passphrase, plain).map_err(|_| KeyFileError::NotReadBack)?;
    let info = EncryptedPrivateKeyInfoRef {
        encryption_algorithm: EncryptionScheme::Pbes2(parameters),
        encrypted_data: OctetStringRef::new(&encrypted).map_err(|_| KeyFileError::NotReadBack)?,
    };
    Document::encode_msg(&info).map_err(|_| KeyFileError::NotReadBack)
}

fn decrypt(
    bytes: &[u8],
    passphrase: Option<&[u8]>,
) -> Result<(SecretKey, Option<&'static str>), KeyFileError> {
    let info = EncryptedPrivateKeyInfoRef::from_der(bytes).map_err(|_| other_scheme(bytes))?;
    let EncryptionScheme::Pbes2(parameters) = &info.encryption_algorithm else {
        return Err(KeyFileError::Unsupported("PBES1".to_owned()));
    };
    let weakness = check_work(parameters)?;
    let passphrase = passphrase.ok_or(KeyFileError::PassphraseNeeded)?;
    let mut buffer = Zeroizing::new(info.encrypted_data.as_bytes().to_vec());
    let plain =
        parameters.decrypt_in_place(passphrase, &mut buffer).map_err(|_| KeyFileError::WrongPassphrase)?;
    match from_private_key_info(plain, KeyFileError::WrongPassphrase) {
        Ok(key) => Ok((key, weakness)),
        Err(KeyFileError::Contradiction(..)) => Err(KeyFileError::WrongPassphrase),
        Err(error) => Err(error),
    }
}

/// Rejects unsupported schemes and excessive cost before doing any work.
fn check_work(parameters: &pbes2::Parameters) -> Result<Option<&'static str>, KeyFileError> {
    use pbes2::EncryptionScheme::{Aes128Cbc, Aes192Cbc, Aes256Cbc};
    if !matches!(parameters.encryption, Aes128Cbc { .. } | Aes192Cbc { .. } | Aes256Cbc { .. }) {
        return Err(KeyFileError::Unsupported("a cipher other than AES-CBC".to_owned()));
    }
    match &parameters.kdf {
        pbes2::Kdf::Scrypt(cost) => {
            let (n, r, p) =
                (cost.cost_parameter, u64::from(cost.block_size), u64::from(cost.parallelization));
            if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
                return Err(KeyFileError::WrongPassphrase);
            }
            let memory = n.saturating_mul(r).saturating_mul(128);
            let traffic = memory.saturating_mul(p);
            if memory > MAX_KDF_MEMORY || traffic > MAX_KDF_TRAFFIC {
                return Err(KeyFileError::TooMuchWork);
            }
            let weak = traffic < MAX_KDF_MEMORY / 16;
            Ok(weak.then_some(WEAK_SCRYPT))
        }
        pbes2::Kdf::Pbkdf2(cost) => {
            if cost.prf == pbes2::Pbkdf2Prf::HmacWithSha1 {
                return Err(KeyFileError::Unsupported("PBKDF2 with SHA-1".to_owned()));
            }
            if cost.iteration_count > MAX_KDF_ROUNDS {
                return Err(KeyFileError::TooMuchWork);
            }
            if cost.iteration_count == 0 {
                return Err(KeyFileError::WrongPassphrase);
            }
            let weak = cost.iteration_count < MIN_KDF_ROUNDS;
            Ok(weak.then_some(WEAK_PBKDF2))
        }
        _ => Err(KeyFileError::WrongPassphrase),
    }
}
