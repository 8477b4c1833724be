//! Versions as license files write them: a pair of numbers, a decimal number, or a day.

use keywright_license::Version;

use super::options::VersionOrder;

/// Maximum number of digits of either part.
const MOST_DIGITS: usize = 4;

/// The reason why a text cannot be written as a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VersionFault {
    /// Not a number.
    Invalid,
    /// A part has more than four digits.
    TooLarge,
}

/// Returns true if a pair and a decimal number of this text differ, or could be meant to: the part after the point has
/// more than one digit.
pub(crate) fn is_ambiguous(text: &str) -> bool {
    split(text).is_some_and(|(_, minor)| minor.len() > 1)
}

/// Returns true if the text can be a day: `20160610`.
pub(crate) fn is_date(text: &str) -> bool {
    let (Some(year), Some(month), Some(day)) = (text.get(..4), text.get(4..6), text.get(6..8)) else {
        return false;
    };
    let number = |text: &str, most: u16| text.parse::<u16>().is_ok_and(|n| (1..=most).contains(&n));
    text.len() == 8 && number(year, 9999) && number(month, 12) && number(day, 31)
}

fn split(text: &str) -> Option<(&str, &str)> {
    let (major, minor) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(major) && digits(minor) && !(major.is_empty() && minor.is_empty())).then_some((major, minor))
}

/// Returns the number of digits after the point that a decimal number needs.
pub(crate) fn decimals(text: &str) -> usize {
    split(text).map_or(0, |(_, minor)| minor.trim_end_matches('0').len())
}

/// The rule by which the versions of one source are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    /// The meaning of a version.
    pub(crate) order: VersionOrder,
    /// Number of digits after the point that all decimal numbers are written with.
    pub(crate) digits: usize,
}

impl Scale {
    /// Reads a version.
    pub(crate) fn read(self, text: &str) -> Result<Version, VersionFault> {
        if self.order == VersionOrder::Date && is_date(text) {
            let number = |part: Option<&str>| part.and_then(|part| part.parse().ok());
            let (major, minor) = (number(text.get(..4)), number(text.get(4..)));
            return Ok(Version {
                major: major.ok_or(VersionFault::Invalid)?,
                minor: minor.ok_or(VersionFault::Invalid)?,
            });
        }
        let (major, minor) = split(text).ok_or(VersionFault::Invalid)?;
        let minor = match self.order {
            VersionOrder::Decimal => {
                let kept = minor.trim_end_matches('0');
                format!("{kept:0<width$}", width = self.digits)
            }
            VersionOrder::Pair | VersionOrder::Date => minor.to_owned(),
        };
        Ok(Version { major: part(major)?, minor: part(&minor)? })
    }
}

fn part(digits: &str) -> Result<u16, VersionFault> {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    digits.parse().ok().filter(|_| digits.len() <= MOST_DIGITS).ok_or(VersionFault::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(order: VersionOrder, digits: usize, text: &str) -> Result<String, VersionFault> {
        Scale { order, digits }.read(text).map(|version| version.to_string())
    }

    #[test]
    fn decimal_versions_keep_their_order() {
        let ordered = ["1", "1.05", "1.1", "1.10", "1.15", "1.2", "2.0"];
        let read: Vec<Version> = ordered
            .iter()
            .map(|text| Scale { order: VersionOrder::Decimal, digits: 2 }.read(text).unwrap())
            .collect();
        assert!(read.is_sorted(), "{read:?}");
        assert_eq!(read[2], read[3]);
    }

    #[test]
    fn forms_are_read() {
        assert_eq!(read(VersionOrder::Pair, 0, "2026.06"), Ok("2026.6".to_owned()));
        assert_eq!(read(VersionOrder::Pair, 0, "24"), Ok("24.0".to_owned()));
        assert_eq!(read(VersionOrder::Decimal, 2, "1.2"), Ok("1.20".to_owned()));
        assert_eq!(read(VersionOrder::Date, 0, "20160610"), Ok("2016.610".to_owned()));
        assert_eq!(read(VersionOrder::Pair, 0, "20160610"), Err(VersionFault::TooLarge));
        assert_eq!(read(VersionOrder::Pair, 0, "v1"), Err(VersionFault::Invalid));
    }
}
