//! Comparison of customer names (LICENSEE).
//!
//! Two spellings name the same customer if only their Unicode composition or their spaces differ: mail programs, PDF
//! readers and spreadsheets change both, and readers cannot see it.

use std::borrow::Cow;

use keywright_syntax::hidden::code_point;
use unicode_normalization::UnicodeNormalization as _;

/// Maximum number of characters that [`customer_difference`] lists on each side.
const MOST_LISTED: usize = 4;

/// Maximum length of a difference in ASCII that is easy to overlook: `0` for `O`, `rn` for `m`.
const SHORT: usize = 2;

/// Returns the form of a customer name that names are compared in: Unicode NFC, with each run of spaces as one space and
/// without spaces at the ends. No-break spaces are spaces.
///
/// ```
/// # use keywright_license::folded_customer;
/// assert_eq!(folded_customer("Mu\u{308}ller\u{a0}GmbH"), "Müller GmbH");
/// ```
#[must_use]
pub fn folded_customer(name: &str) -> Cow<'_, str> {
    if is_folded(name) {
        return Cow::Borrowed(name);
    }
    let mut folded = String::with_capacity(name.len());
    for word in name.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.nfc());
    }
    Cow::Owned(folded)
}

/// Returns true for printable ASCII with single spaces inside, which needs no work. Nearly all names are such text.
fn is_folded(name: &str) -> bool {
    let is_plain = name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    is_plain && !name.starts_with(' ') && !name.ends_with(' ') && !name.contains("  ")
}

/// Returns true if two names are of the same customer.
///
/// ```
/// # use keywright_license::is_same_customer;
/// assert!(is_same_customer("ABC\u{a0}Corp", "ABC Corp"));
/// assert!(!is_same_customer("ABC Corp", "ABC Ltd"));
/// ```
#[must_use]
pub fn is_same_customer(one: &str, other: &str) -> bool {
    one == other || folded_customer(one) == folded_customer(other)
}

/// Returns the first difference of two names by code point, if a reader can overlook it: characters beyond ASCII, or one
/// or two characters. Contains only code points, positions and words of this program.
///
/// ```
/// # use keywright_license::customer_difference;
/// let difference = customer_difference("ABC Corp", "\u{410}BC Corp");
/// assert_eq!(difference.as_deref(), Some("they differ at character 1: U+0041 and U+0410"));
/// assert_eq!(customer_difference("ABC Corp", "Example Ltd"), None);
/// ```
#[must_use]
pub fn customer_difference(one: &str, other: &str) -> Option<String> {
    let [one, other] = [one, other].map(|name| folded_customer(name).chars().collect::<Vec<char>>());
    let start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(start..)?, other.get(start..)?);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(..one.len() - end)?, other.get(..other.len() - end)?);
    let is_short = one.len().max(other.len()) <= SHORT;
    let is_ascii = one.iter().chain(other).all(char::is_ascii);
    if one.is_empty() && other.is_empty() || is_ascii && !is_short {
        return None;
    }
    let place = start + 1;
    Some(format!("they differ at character {place}: {} and {}", code_points(one), code_points(other)))
}

fn code_points(characters: &[char]) -> String {
    if characters.is_empty() {
        return "nothing".to_owned();
    }
    let mut listed: Vec<String> = characters.iter().take(MOST_LISTED).map(|c| code_point(*c)).collect();
    if characters.len() > MOST_LISTED {
        listed.push("…".to_owned());
    }
    listed.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composition_and_spaces_do_not_matter() {
        for (one, other) in [
            ("Müller GmbH", "Mu\u{308}ller GmbH"),
            ("ABC Corp", "ABC\u{a0}Corp"),
            ("ABC Corp", "ABC\u{202f}Corp"),
            ("ABC Corp", "ABC\u{2007} Corp"),
            ("ABC Corp", " ABC  Corp\u{a0}"),
            ("\u{3000}株式会社", "株式会社"),
            ("\u{1e9b}\u{323}", "\u{17f}\u{323}\u{307}"),
            ("", " "),
        ] {
            assert!(is_same_customer(one, other), "{one:?} {other:?}");
            assert_eq!(customer_difference(one, other), None, "{one:?} {other:?}");
        }
    }

    #[test]
    fn other_names_are_different_and_the_difference_is_shown_by_code_point() {
        for (one, other, difference) in [
            ("ABC Corp", "ABC Ltd", None),
            ("ABC Corp", "Example AG", None),
            ("ABC Corp", "abc corp", None),
            ("ABC Corp", "ABC", None),
            ("ABC Corp", "ABCCorp", Some("they differ at character 4: U+0020 and nothing")),
            ("Müller GmbH", "Muller GmbH", Some("they differ at character 2: U+00FC and U+0075")),
            ("0rion", "Orion", Some("they differ at character 1: U+0030 and U+004F")),
            ("ﬁne", "fine", Some("they differ at character 1: U+FB01 and U+0066 U+0069")),
            (
                "Пример",
                "Example",
                Some(
                    "they differ at character 1: U+041F U+0440 U+0438 U+043C … and U+0045 U+0078 U+0061 U+006D …",
                ),
            ),
        ] {
            assert!(!is_same_customer(one, other), "{one:?} {other:?}");
            assert_eq!(customer_difference(one, other).as_deref(), difference, "{one:?} {other:?}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for name in ["a", " a \u{a0} b", "Mu\u{308}ller", "\u{1100}\u{1161}\u{11a8}", "e\u{301}\u{323}"] {
            let once = folded_customer(name).into_owned();
            assert_eq!(folded_customer(&once), once);
        }
    }
}
