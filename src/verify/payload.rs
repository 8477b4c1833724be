//! The signed bytes of a block.
//!
//! ```text
//! keywright-feature 1 LF
//! N LF                      number of records
//! NAME SP LEN SP VALUE LF   N times; LEN = bytes of VALUE
//! ```
//!
//! The first record is `FEATURE` with the block's name. All directives except KEY follow, sorted by name, and repeated
//! ones in file order. Lengths and counts precede what they describe, so different blocks never have the same payload.
//! Values are used as read and never converted: an absent directive has no record, and no default replaces it.

use std::borrow::Cow;

use keywright_license::{Feature, License};

use super::message::Digest;

const HEAD: &str = "keywright-feature 1\n";

/// The signed bytes of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    bytes: Vec<u8>,
}

impl Payload {
    /// Creates the payload from the block's name and its directives in file order, with values as read. KEY is ignored.
    pub fn new<'a>(feature: &str, directives: impl IntoIterator<Item = (&'a str, Cow<'a, str>)>) -> Self {
        // Capacity for a typical block.
        let mut records: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(16);
        records.extend(directives.into_iter().filter(|(name, _)| *name != "KEY"));
        // The sort is stable: directives of one name stay in file order.
        records.sort_by(|one, other| one.0.as_bytes().cmp(other.0.as_bytes()));
        let size = records.iter().map(|(name, value)| name.len() + value.len() + 8).sum::<usize>();
        let mut bytes = Vec::with_capacity(HEAD.len() + feature.len() + size + 32);
        bytes.extend_from_slice(HEAD.as_bytes());
        push_number(&mut bytes, records.len() + 1);
        bytes.push(b'\n');
        push(&mut bytes, "FEATURE", feature);
        for (name, value) in &records {
            push(&mut bytes, name, value);
        }
        Self { bytes }
    }

    /// Creates the payload of a block of a license.
    #[must_use]
    pub fn from_block(license: &License, feature: &Feature) -> Self {
        Self::new(feature.name.value.as_str(), license.records(feature))
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes without copying them.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Returns the SHA-512 digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }

    /// Parses a payload into its records, with `FEATURE` first. Returns `None` for bytes that [`Payload::new`] cannot
    /// write.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Vec<(String, String)>> {
        let rest = bytes.strip_prefix(HEAD.as_bytes())?;
        let (count, mut rest) = number(rest, b'\n')?;
        let mut records = Vec::new();
        for _ in 0..count {
            let (name, after) = split(rest, b' ')?;
            let (length, after) = number(after, b' ')?;
            let (value, after) = (after.get(..length)?, after.get(length..)?);
            rest = after.strip_prefix(b"\n")?;
            let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
            records.push((text(name)?, text(value)?));
        }
        let (first, others) = records.split_first()?;
        let sorted = others.is_sorted_by(|one, other| one.0.as_bytes() <= other.0.as_bytes());
        let has_key = others.iter().any(|(name, _)| name == "KEY");
        (rest.is_empty() && first.0 == "FEATURE" && sorted && !has_key).then_some(records)
    }
}

fn push(bytes: &mut Vec<u8>, name: &str, value: &str) {
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(b' ');
    push_number(bytes, value.len());
    bytes.push(b' ');
    bytes.extend_from_slice(value.as_bytes());
    bytes.push(b'\n');
}

/// Writes a decimal number without allocating, because payloads contain many numbers.
pub fn push_number(bytes: &mut Vec<u8>, mut number: usize) {
    let start = bytes.len();
    loop {
        bytes.extend(u8::try_from(number % 10).map(|digit| b'0' + digit));
        number /= 10;
        if number == 0 {
            break;
        }
    }
    if let Some(digits) = bytes.get_mut(start..) {
        digits.reverse();
    }
}

fn split(bytes: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(mark, bytes)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}

/// Parses a decimal number without sign or leading zero that ends at `mark`.
fn number(bytes: &[u8], mark: u8) -> Option<(usize, &[u8])> {
    let (digits, rest) = split(bytes, mark)?;
    let text = std::str::from_utf8(digits).ok()?;
    let value: usize = text.parse().ok()?;
    (value.to_string() == text).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(feature: &str, directives: &[(&str, &str)]) -> Payload {
        Payload::new(feature, directives.iter().map(|(name, value)| (*name, Cow::Borrowed(*value))))
    }

    #[test]
    fn payload_bytes_match_documentation() {
        let payload = of(
            "MyDraw",
            &[
                ("VENDOR", "ABC_Software"),
                ("KEY", "omitted"),
                ("TOKEN_DEPENDENCY", "FEATURE=B VERSION=1.0 COUNT=5"),
                ("COMMENT", "naïve"),
                ("TOKEN_DEPENDENCY", "FEATURE=A VERSION=1.0 COUNT=5"),
                ("DATA", ""),
            ],
        );
        let expected = "keywright-feature 1\n6\nFEATURE 6 MyDraw\nCOMMENT 6 naïve\nDATA 0 \n\
            TOKEN_DEPENDENCY 29 FEATURE=B VERSION=1.0 COUNT=5\nTOKEN_DEPENDENCY 29 FEATURE=A VERSION=1.0 COUNT=5\n\
            VENDOR 12 ABC_Software\n";
        assert_eq!(std::str::from_utf8(payload.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn non_canonical_payloads_are_not_decoded() {
        for wrong in [
            "",
            "keywright-feature 1\n0\n",
            "keywright-feature 1\n01\nFEATURE 1 a\n",
            "keywright-feature 1\n1\nFEATURE 01 a\n",
            "keywright-feature 1\n1\nFEATURE +1 a\n",
            "keywright-feature 1\n1\nFEATURE 1 a",
            "keywright-feature 1\n1\nFEATURE 2 a\n",
            "keywright-feature 1\n1\nFEATURE 99999999999999999999 a\n",
            "keywright-feature 1\n1\nFEATURE 1 a\n\n",
            "keywright-feature 1\n1\nVENDOR 1 a\n",
            "keywright-feature 1\n2\nFEATURE 1 a\nKEY 1 a\n",
            "keywright-feature 1\n3\nFEATURE 1 a\nB 1 a\nA 1 a\n",
            "keywright-feature 2\n1\nFEATURE 1 a\n",
        ] {
            assert_eq!(Payload::decode(wrong.as_bytes()), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn numbers_are_encoded_as_digits(number: usize) {
            let mut bytes = b"=".to_vec();
            push_number(&mut bytes, number);
            prop_assert_eq!(bytes, format!("={number}").into_bytes());
        }

        #[test]
        fn payload_decodes_to_its_source(
            name in "[A-Za-z0-9_-]{1,64}",
            directives in prop::collection::vec(("[A-Z_]{1,20}", "[^\"\\p{Cc}]{0,40}"), 0..12),
        ) {
            let payload = Payload::new(
                &name,
                directives.iter().map(|(name, value)| (name.as_str(), Cow::Borrowed(value.as_str()))),
            );
            let mut expected: Vec<_> = directives.iter().filter(|(name, _)| name != "KEY").cloned().collect();
            expected.sort_by(|one, other| one.0.cmp(&other.0));
            expected.insert(0, ("FEATURE".to_owned(), name));
            prop_assert_eq!(Payload::decode(payload.as_bytes()), Some(expected));
        }
    }
}
