//! The text form of a KEY: 75 bytes as exactly 100 characters of base64, without padding or spare bits, so that a
//! signature has one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::message::{self, ALGORITHM, FLAGS, HEADER_BYTES, KeyId, VERSION};

/// Length of a KEY in characters.
pub const KEY_CHARS: usize = 100;
/// Length of a KEY in bytes: header and signature.
pub const KEY_BYTES: usize = HEADER_BYTES + 64;

/// A parsed KEY. Parsing does not verify the signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyText {
    /// The id of the signing key, as claimed.
    pub key: KeyId,
    /// The signature.
    pub signature: [u8; 64],
}

/// The reason why text is not a KEY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyFault {
    /// It ends in `...` or `…`, because it was shortened for print.
    Elided,
    /// It has this number of characters instead of [`KEY_CHARS`].
    Length(usize),
    /// The character at this position (from 1) is not base64.
    Character(usize),
    /// The format version is not supported.
    Version(u8),
    /// The algorithm is not supported.
    Algorithm(u8),
    /// The flags are not supported.
    Flags(u8),
}

impl KeyFault {
    /// Returns true if a newer version of the format may have written the KEY.
    #[must_use]
    pub fn is_unsupported(self) -> bool {
        matches!(self, Self::Version(_) | Self::Algorithm(_) | Self::Flags(_))
    }
}

impl std::fmt::Display for KeyFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Elided => write!(f, "the KEY was shortened for print: it ends in dots"),
            Self::Length(n) if *n < KEY_CHARS => {
                write!(f, "the KEY has {n} characters instead of {KEY_CHARS}: part of it is missing")
            }
            Self::Length(n) => {
                write!(f, "the KEY has {n} characters instead of {KEY_CHARS}: text was added to it")
            }
            Self::Character(at) => write!(f, "the KEY has an invalid character at position {at}"),
            Self::Version(n) => write!(f, "unsupported format version {n} of the KEY"),
            Self::Algorithm(n) => {
                write!(f, "unsupported signature algorithm {n} of the KEY")
            }
            Self::Flags(n) => write!(f, "unsupported flags {n} of the KEY"),
        }
    }
}

impl std::error::Error for KeyFault {}

impl KeyText {
    /// Parses a KEY. Spaces of the quoted form must be removed before.
    ///
    /// # Errors
    /// Returns the reason why the text is not a KEY, with the simplest cause first.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        if text.ends_with("...") || text.ends_with('…') {
            return Err(KeyFault::Elided);
        }
        let strange = text.chars().position(|c| !is_base64(c));
        let length = text.chars().count();
        if length != KEY_CHARS {
            return Err(KeyFault::Length(length));
        }
        if let Some(at) = strange {
            return Err(KeyFault::Character(at + 1));
        }
        let bytes: [u8; KEY_BYTES] = STANDARD
            .decode(text)
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(KeyFault::Length(length))?;
        let [version, algorithm, flags, rest @ ..] = bytes;
        match (version, algorithm, flags) {
            (VERSION, ALGORITHM, FLAGS) => Ok(Self::from_rest(&rest)),
            (VERSION, ALGORITHM, flags) => Err(KeyFault::Flags(flags)),
            (VERSION, algorithm, _) => Err(KeyFault::Algorithm(algorithm)),
            (version, ..) => Err(KeyFault::Version(version)),
        }
    }

    /// Parses a KEY as one of this version, whatever its first characters say, to explain damage.
    pub(super) fn with_own_version(text: &str) -> Option<Self> {
        let own = STANDARD.encode([VERSION, ALGORITHM, FLAGS]);
        let rest = text.get(own.len()..)?;
        Self::parse(&(own + rest)).ok()
    }

    fn from_rest(rest: &[u8; KEY_BYTES - 3]) -> Self {
        let (mut key, mut signature) = ([0; KeyId::BYTES], [0; 64]);
        key.iter_mut().chain(&mut signature).zip(rest).for_each(|(to, from)| *to = *from);
        Self { key: KeyId::from_bytes(key), signature }
    }

    /// Returns the 100 characters of the KEY.
    #[must_use]
    pub fn encode(&self) -> String {
        STANDARD.encode([&message::header(self.key)[..], &self.signature].concat())
    }
}

impl std::fmt::Display for KeyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.encode())
    }
}

impl std::str::FromStr for KeyText {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        Self::parse(text)
    }
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '+' || c == '/'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        STANDARD.encode(bytes)
    }

    #[test]
    fn threat_02_other_versions_algorithms_and_flags_are_rejected() {
        for (at, fault) in
            [(0, KeyFault::Version as fn(u8) -> KeyFault), (1, KeyFault::Algorithm), (2, KeyFault::Flags)]
        {
            for value in 0..=255_u8 {
                let mut bytes = [0; KEY_BYTES];
                bytes[..3].copy_from_slice(&[VERSION, ALGORITHM, FLAGS]);
                let known = bytes[at];
                bytes[at] = value;
                let read = KeyText::parse(&encoded(&bytes));
                if value == known {
                    assert!(read.is_ok());
                } else {
                    assert_eq!(read, Err(fault(value)));
                }
            }
        }
    }

    #[test]
    fn threat_05_only_canonical_key_text_is_accepted() {
        let mut bytes = [0xff; KEY_BYTES];
        bytes[..3].copy_from_slice(&[VERSION, ALGORITHM, FLAGS]);
        let good = encoded(&bytes);
        assert!(KeyText::parse(&good).is_ok());
        assert_eq!(KeyText::parse(&good.replace('/', "_")), Err(KeyFault::Character(5)));
        assert_eq!(KeyText::parse(good.get(..99).unwrap()), Err(KeyFault::Length(99)));
        assert_eq!(KeyText::parse(&format!("{good}=")), Err(KeyFault::Length(101)));
        assert_eq!(KeyText::parse(&format!("{}=", good.get(..99).unwrap())), Err(KeyFault::Character(100)));
        assert_eq!(KeyText::parse(&format!("{}...", good.get(..3).unwrap())), Err(KeyFault::Elided));
        assert_eq!(KeyText::parse(&format!("{}…", good.get(..3).unwrap())), Err(KeyFault::Elided));
        assert_eq!(KeyText::parse(""), Err(KeyFault::Length(0)));
        for length in (0..100).chain(101..=200) {
            assert_eq!(KeyText::parse(&"A".repeat(length)), Err(KeyFault::Length(length)));
        }
    }

    proptest! {
        #[test]
        fn threat_05_key_text_round_trips(key: [u8; 8], signature in prop::array::uniform32(any::<u8>())) {
            let mut both = [0; 64];
            both[..32].copy_from_slice(&signature);
            both[32..].copy_from_slice(&signature);
            let text = KeyText { key: KeyId::from_bytes(key), signature: both };
            prop_assert_eq!(text.encode().len(), KEY_CHARS);
            prop_assert_eq!(KeyText::parse(&text.encode()), Ok(text));
        }

        #[test]
        fn threat_05_accepted_key_text_is_canonical(text in "[A-Za-z0-9+/]{100}", tail in "[A-Za-z0-9+/]{96}") {
            for text in [text, format!("AQEA{tail}")] {
                if let Ok(read) = KeyText::parse(&text) {
                    prop_assert_eq!(read.encode(), text);
                }
            }
        }
    }
}
