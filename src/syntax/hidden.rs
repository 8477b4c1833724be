//! The table of characters that a reader cannot see, or that change what a reader sees.
//!
//! `lint`, `verify`, `sign` and the escaping of text for terminals all use [`class`]. Control characters are not in it:
//! a license file contains none at all.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// The kind of a hidden character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Changes the reading direction: the bidirectional controls.
    Direction,
    /// Zero-width joiner and non-joiner.
    Joiner,
    /// Has no width and no shape: zero-width space, soft hyphen, word joiner.
    Invisible,
    /// Is drawn as an empty space, and is a letter or a symbol: Hangul fillers, the empty Braille pattern.
    Filler,
    /// Selects a variant of the character before it.
    Variation,
    /// A copy of ASCII that is never drawn.
    Tag,
    /// Marks text as the annotation of other text.
    Annotation,
    /// Drawn differently by each font, or not at all.
    PrivateUse,
    /// Ends a line or a paragraph for some programs and not for others.
    Separator,
    /// Not assigned in the version of Unicode that this program uses.
    Unassigned,
}

impl Class {
    /// Returns the name with its article, for messages.
    #[must_use]
    pub fn with_article(self) -> &'static str {
        match self {
            Self::Direction => "a mark that changes the reading direction",
            Self::Joiner => "an invisible joiner",
            Self::Invisible => "an invisible character",
            Self::Filler => "an invisible filler character",
            Self::Variation => "a variation selector",
            Self::Tag => "a tag character",
            Self::Annotation => "an annotation mark",
            Self::PrivateUse => "a private use character",
            Self::Separator => "a line separator",
            Self::Unassigned => "an unassigned character",
        }
    }

    /// The word in machine-readable reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Direction => "direction",
            Self::Joiner => "joiner",
            Self::Invisible => "invisible",
            Self::Filler => "filler",
            Self::Variation => "variation-selector",
            Self::Tag => "tag",
            Self::Annotation => "annotation",
            Self::PrivateUse => "private-use",
            Self::Separator => "separator",
            Self::Unassigned => "unassigned",
        }
    }
}

/// Hidden characters that the general category does not identify or classify, in ascending order.
///
/// Source: Unicode 17.0, `DerivedCoreProperties.txt` (Default_Ignorable_Code_Point) and `PropList.txt` (Bidi_Control,
/// Variation_Selector); besides these, the assigned characters that fonts draw as an empty space.
const RANGES: &[(char, char, Class)] = &[
    ('\u{ad}', '\u{ad}', Class::Invisible),
    ('\u{34f}', '\u{34f}', Class::Invisible),
    ('\u{61c}', '\u{61c}', Class::Direction),
    ('\u{115f}', '\u{1160}', Class::Filler),
    ('\u{17b4}', '\u{17b5}', Class::Invisible),
    ('\u{180b}', '\u{180d}', Class::Variation),
    ('\u{180e}', '\u{180e}', Class::Invisible),
    ('\u{180f}', '\u{180f}', Class::Variation),
    ('\u{200b}', '\u{200b}', Class::Invisible),
    ('\u{200c}', '\u{200d}', Class::Joiner),
    ('\u{200e}', '\u{200f}', Class::Direction),
    ('\u{202a}', '\u{202e}', Class::Direction),
    ('\u{2060}', '\u{2065}', Class::Invisible),
    ('\u{2066}', '\u{2069}', Class::Direction),
    ('\u{206a}', '\u{206f}', Class::Invisible),
    ('\u{2800}', '\u{2800}', Class::Filler),
    ('\u{3164}', '\u{3164}', Class::Filler),
    ('\u{fe00}', '\u{fe0f}', Class::Variation),
    ('\u{feff}', '\u{feff}', Class::Invisible),
    ('\u{ffa0}', '\u{ffa0}', Class::Filler),
    ('\u{fff0}', '\u{fff8}', Class::Invisible),
    ('\u{fff9}', '\u{fffb}', Class::Annotation),
    ('\u{16fe4}', '\u{16fe4}', Class::Filler),
    ('\u{1bca0}', '\u{1bca3}', Class::Invisible),
    ('\u{1d159}', '\u{1d159}', Class::Filler),
    ('\u{1d173}', '\u{1d17a}', Class::Invisible),
    ('\u{e0000}', '\u{e007f}', Class::Tag),
    ('\u{e0080}', '\u{e00ff}', Class::Invisible),
    ('\u{e0100}', '\u{e01ef}', Class::Variation),
    ('\u{e01f0}', '\u{e0fff}', Class::Invisible),
];

/// The kind of hidden character that `c` is, or `None` for a character that can be seen and for control characters.
#[must_use]
pub fn class(c: char) -> Option<Class> {
    if c.is_ascii() {
        return None;
    }
    let at = RANGES.partition_point(|(_, last, _)| *last < c);
    if let Some((_, _, class)) = RANGES.get(at).filter(|(first, ..)| *first <= c) {
        return Some(*class);
    }
    match c.general_category() {
        GeneralCategory::Format => Some(Class::Invisible),
        GeneralCategory::PrivateUse => Some(Class::PrivateUse),
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator => Some(Class::Separator),
        GeneralCategory::Unassigned | GeneralCategory::Surrogate => Some(Class::Unassigned),
        _ => None,
    }
}

/// Returns the hidden characters of a text with their offsets. Omits joiners and variation selectors where a script or
/// a picture needs them.
pub fn hidden(text: &str) -> impl Iterator<Item = (usize, char, Class)> + '_ {
    // Nearly all text is ASCII, which has no hidden characters.
    let text = if text.is_ascii() { "" } else { text };
    let found = text.char_indices().filter_map(|(at, c)| Some((at, c, class(c)?)));
    found.filter(move |(at, c, class)| *class != Class::Joiner || !is_spelling(text, *at, *c))
}

/// Returns the code point of a character as text: `U+202E`.
#[must_use]
pub fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

fn is_spelling(text: &str, at: usize, c: char) -> bool {
    let (before, after) = neighbours(text, at, c);
    joins(text, at, c) && [before, after].into_iter().flatten().all(|c| !c.is_ascii())
}

/// Returns true if the joiner `c` at `at` is between letters (with their marks), or between pictures, which it joins to one.
#[must_use]
pub fn joins(text: &str, at: usize, c: char) -> bool {
    let is_visible = |c: Option<char>| {
        c.is_some_and(|c| {
            (c.is_alphabetic() || !c.is_ascii() && !c.is_whitespace())
                && matches!(class(c), None | Some(Class::Variation))
        })
    };
    let (before, after) = neighbours(text, at, c);
    is_visible(before) && is_visible(after)
}

/// Returns true if the variation selector `c` at `at` follows a character that can have variants: an ideograph or another
/// letter without case, a symbol, or a digit that becomes a keycap.
#[must_use]
pub fn selects_variant(text: &str, at: usize, c: char) -> bool {
    let (before, after) = neighbours(text, at, c);
    let Some(before) = before else { return false };
    if before.is_ascii() {
        return after == Some('\u{20e3}') && (before.is_ascii_digit() || matches!(before, '#' | '*'));
    }
    let has_variants = matches!(
        before.general_category(),
        GeneralCategory::OtherLetter
            | GeneralCategory::OtherSymbol
            | GeneralCategory::MathSymbol
            | GeneralCategory::ModifierSymbol
            | GeneralCategory::OtherPunctuation
    );
    has_variants && class(before).is_none()
}

fn neighbours(text: &str, at: usize, c: char) -> (Option<char>, Option<char>) {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let after = text.get(at + c.len_utf8()..).and_then(|after| after.chars().next());
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_sorted_and_do_not_overlap() {
        assert!(RANGES.iter().all(|(first, last, _)| first <= last));
        assert!(RANGES.iter().zip(RANGES.iter().skip(1)).all(|(one, next)| one.1 < next.0));
    }

    #[test]
    fn hidden_classes_are_found_in_hidden_text_only() {
        for (c, expected) in [
            ('\u{202e}', Class::Direction),
            ('\u{200d}', Class::Joiner),
            ('\u{200b}', Class::Invisible),
            ('\u{ad}', Class::Invisible),
            ('\u{600}', Class::Invisible),
            ('\u{3164}', Class::Filler),
            ('\u{fe0f}', Class::Variation),
            ('\u{e0100}', Class::Variation),
            ('\u{e0041}', Class::Tag),
            ('\u{fff9}', Class::Annotation),
            ('\u{f8ff}', Class::PrivateUse),
            ('\u{2028}', Class::Separator),
            ('\u{378}', Class::Unassigned),
        ] {
            assert_eq!(class(c), Some(expected), "{c:?}");
        }
        assert_eq!("aÄ日\u{a0}\u{3000}क्\u{1b}\u{85}😀".chars().find_map(class), None);
    }

    #[test]
    fn joiners_and_selectors_are_accepted_where_required() {
        let found = |text: &str| hidden(text).map(|(_, c, _)| c).collect::<String>();
        assert_eq!(found("क्\u{200d}ष می\u{200c}خواهم"), "");
        assert_eq!(found("a\u{200d}b \u{200d}क"), "\u{200d}\u{200d}");
        assert_eq!(found("ab\u{202e}c"), "\u{202e}");
        let selects = |text: &str| {
            text.char_indices()
                .filter(|(_, c)| class(*c) == Some(Class::Variation))
                .all(|(at, c)| selects_variant(text, at, c))
        };
        assert!(selects("❤\u{fe0f} 葛\u{e0100} 1\u{fe0f}\u{20e3}"));
        assert!(!selects("a\u{fe0f}") && !selects("葛\u{e0100}\u{e0101}") && !selects("\u{fe0f}"));
    }
}
