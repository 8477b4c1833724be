//! Secret keys as files: PKCS#8 version 1 in PEM, encrypted with PBES2 so that OpenSSL 3.0 reads it.
//!
//! The encryption carries no check of its own (AES-CBC), so a flipped bit can yield another key without any error. The
//! lines before the PEM block name the public key; reading fails when they contradict the key that comes out.

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

use super::message::KeyId;
use super::secret_key::SecretKey;
use super::trust::Usage;

const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";
const PLAIN_LABEL: &str = "PRIVATE KEY";
const BEGIN: &str = "-----BEGIN ";

/// Cost of scrypt in new files: the largest N that OpenSSL 3.0 accepts, with p raised to make up for it.
const SCRYPT_LOG_N: u8 = 14;
const SCRYPT_R: u32 = 8;
const SCRYPT_P: u32 = 5;
/// Rounds of PBKDF2 in new files.
const PBKDF2_ROUNDS: u32 = 600_000;

/// Most memory that reading a file may take for scrypt, in bytes.
const MAX_KDF_MEMORY: u64 = 256 * 1024 * 1024;
/// Most bytes that scrypt may go through in all its passes.
/// ◆ A little above what looks round: no single flipped bit in the cost of one of our own files asks for more.
const MAX_KDF_TRAFFIC: u64 = 1280 * 1024 * 1024;
/// Most rounds of PBKDF2.
const MAX_KDF_ROUNDS: u32 = 10_000_000;
/// Fewer rounds of PBKDF2 are read, with a warning.
pub const MIN_KDF_ROUNDS: u32 = 100_000;

/// How a passphrase becomes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kdf {
    /// scrypt, N = 2^14, r = 8, p = 5.
    #[default]
    Scrypt,
    /// PBKDF2 with HMAC-SHA-256, 600,000 rounds.
    Pbkdf2,
}

/// How a new key file is protected.
#[derive(Clone, Copy)]
pub enum Protection<'a> {
    /// Not at all.
    Plain,
    /// By a passphrase.
    Passphrase(&'a [u8], Kdf),
}

/// What a key file says of its key in plain text. For people: nothing is decided by it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// Whose key it is.
    pub vendor: Option<String>,
    /// The day it was made.
    pub created: Option<Date>,
    /// What it may sign.
    pub usage: Option<Usage>,
    /// Whether the file was protected too weakly, or not at all.
    pub weakness: Option<&'static str>,
}

/// Why a key file could not be read or written. No text of the file is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFileError {
    /// It is no PEM file.
    NotPem,
    /// The PEM block is none of a secret key.
    OtherLabel,
    /// The secret key is none of Ed25519, or is not built as one.
    NotEd25519,
    /// An algorithm that is not read, by name.
    Unsupported(String),
    /// Deriving the key would cost more than is allowed.
    TooMuchWork,
    /// It is encrypted, and no passphrase was given.
    PassphraseNeeded,
    /// The passphrase is wrong or the file is damaged; nobody can tell which.
    WrongPassphrase,
    /// A line before the PEM block, or the public part inside, is not the key's.
    Contradiction(&'static str, KeyId),
    /// A line before the PEM block stands twice or has no good value.
    BadHeader(&'static str),
    /// The operating system gave no random bytes.
    NoRandomness,
    /// A passphrase of no characters.
    EmptyPassphrase,
    /// What was written did not read back as the same key.
    NotReadBack,
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPem => f.write_str("the key file is no PEM file"),
            Self::OtherLabel => f.write_str("the PEM file holds no secret key"),
            Self::NotEd25519 => f.write_str("the key file holds no Ed25519 secret key"),
            Self::Unsupported(name) => write!(f, "the key file uses {name}, which is not read"),
            Self::TooMuchWork => {
                f.write_str("the key file asks for more work than is allowed to derive its key")
            }
            Self::PassphraseNeeded => f.write_str("the key file is encrypted and needs a passphrase"),
            Self::WrongPassphrase => f.write_str("the passphrase is wrong, or the key file is damaged"),
            Self::Contradiction(what, id) => write!(
                f,
                "the key in the file is {id}, which {what} contradicts: the file is damaged or was altered"
            ),
            Self::BadHeader(name) => {
                write!(f, "the line `{name}` of the key file stands twice or has no good value")
            }
            Self::NoRandomness => f.write_str("the operating system gave no random bytes"),
            Self::EmptyPassphrase => f.write_str("the passphrase is empty"),
            Self::NotReadBack => f.write_str("the key file did not read back as the key that was written"),
        }
    }
}

impl std::error::Error for KeyFileError {}

/// Writes a key as a file, and reads it back before handing it out.
///
/// # Errors
/// If there is no randomness for salt and IV, the passphrase is empty, or the text does not read back.
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
    let (back, _) = read_secret_key(&text, passphrase)?;
    if back.public_key() == key.public_key() { Ok(text) } else { Err(KeyFileError::NotReadBack) }
}

/// Reads a key file: PKCS#8 version 1 or 2, plain or with PBES2 by scrypt or PBKDF2 and AES-CBC.
///
/// # Errors
/// If it is none, costs too much, the passphrase does not fit, or its parts contradict each other.
pub fn read_secret_key(text: &str, passphrase: Option<&[u8]>) -> Result<(SecretKey, Label), KeyFileError> {
    let (head, body) = split_head(text).ok_or(KeyFileError::NotPem)?;
    let header = Header::read(head)?;
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
        // A flipped bit in the encrypted part is a wrong key and no other error.
        ENCRYPTED_LABEL => KeyFileError::WrongPassphrase,
        _ => contradiction,
    })?;
    Ok((key, Label { weakness, ..header.label }))
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
        line("Usage", usage.word());
    }
    lines
}

/// The text before the first PEM block, and the rest.
fn split_head(text: &str) -> Option<(&str, &str)> {
    let at = if text.starts_with(BEGIN) { 0 } else { text.find("\n-----BEGIN ")? + 1 };
    text.split_at_checked(at)
}

/// The lines before the PEM block that this program knows. Others are left to people.
#[derive(Default)]
struct Header {
    label: Label,
    id: Option<KeyId>,
    public: Option<[u8; 32]>,
}

impl Header {
    fn read(text: &str) -> Result<Self, KeyFileError> {
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

/// Keys of other algorithms that key files hold. No single flipped bit makes one of these of ours.
const OTHER_KEYS: [ObjectIdentifier; 2] = [
    // RSA.
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1"),
    // ECDSA.
    ObjectIdentifier::new_unwrap("1.2.840.10045.2.1"),
];

/// In so many bytes at the beginning an encrypted file says how it is encrypted.
const MAX_SCHEME_BYTES: usize = 128;

/// What encrypted files use that are not read: known by name, and none of them one flipped bit away from what is read.
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

/// Why an encrypted file cannot be taken apart: a scheme that is known and not read, by its name, or damage.
fn other_scheme(bytes: &[u8]) -> KeyFileError {
    let head = bytes.get(..MAX_SCHEME_BYTES).unwrap_or(bytes);
    let stands = |oid: &ObjectIdentifier| {
        let oid = oid.as_bytes();
        let tagged: Vec<u8> =
            [0x06].into_iter().chain(u8::try_from(oid.len())).chain(oid.iter().copied()).collect();
        head.windows(tagged.len()).any(|window| window == tagged)
    };
    match OTHER_SCHEMES.iter().find(|(oid, _)| stands(oid)) {
        Some((_, name)) => KeyFileError::Unsupported((*name).to_owned()),
        None => KeyFileError::WrongPassphrase,
    }
}

/// The key in a PKCS#8 structure. `fault` is what a structure that is none means: in a plain file it is no Ed25519 key, in
/// an encrypted one the passphrase is wrong or the file is damaged.
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

/// Refuses what is not read and what would cost too much, before any work is done.
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
            Ok(weak.then_some("the passphrase of the key file is stretched too little (scrypt)"))
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
            Ok(weak.then_some("the passphrase of the key file is stretched too little (PBKDF2)"))
        }
        _ => Err(KeyFileError::WrongPassphrase),
    }
}
