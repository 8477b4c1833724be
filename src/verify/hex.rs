//! Lower-case hexadecimal encoding of bytes.

use std::fmt::{self, Write as _};

/// Writes each byte as two digits.
pub(super) fn write(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).try_for_each(|digit| f.write_char(digit))
}

/// Parses exactly `N` bytes. Upper-case digits are rejected, so that a value has one spelling.
pub(super) fn parse<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair.iter().try_fold(0, |sum, digit| Some(sum << 4 | value(*digit)?))?;
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_accepts_one_spelling() {
        assert_eq!(parse::<2>("0aff"), Some([10, 255]));
        for wrong in ["0AFF", "0af", "0aff0", "0agf", "+aff", "é"] {
            assert_eq!(parse::<2>(wrong), None, "{wrong}");
        }
    }
}
