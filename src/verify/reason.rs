//! Sentences that explain a verdict. Text that comes from a file is a separate part, so that a redacted report can mask
//! it.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use keywright_license::Version;

use super::key_text::KeyFault;
use super::message::KeyId;

/// One part of a [`Reason`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Words of this program. They contain no text of a file.
    Text(Cow<'static, str>),
    /// The value of a directive, or the name of a block (`FEATURE`). Untrusted: escape it.
    Value {
        /// The directive.
        directive: &'static str,
        /// Its value.
        text: String,
        /// True if it is shown in backticks.
        quoted: bool,
    },
    /// A file, shown in backticks. Untrusted: escape it.
    File {
        /// The index among the files that were verified together, from 0.
        at: usize,
        /// Its name.
        name: String,
    },
    /// Words that can quote a file anywhere. Untrusted: escape them.
    Quote {
        /// The words.
        text: String,
        /// The text in a redacted report; `None` for the mask itself.
        redacted: Option<Cow<'static, str>>,
    },
}

/// Facts that cannot contain text of a file.
pub trait Fact: fmt::Display + Copy {}

impl Fact for usize {}
impl Fact for Date {}
impl Fact for KeyId {}
impl Fact for KeyFault {}
impl Fact for Version {}

/// A sentence that explains a verdict, in parts. [`fmt::Display`] writes all parts, unmasked and unescaped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reason {
    /// Shared, because all blocks of a file usually have the same reason: see [`Self::share`].
    parts: Arc<Vec<Part>>,
}

impl Reason {
    /// Creates a sentence that begins with words of this program.
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self::default().text(text)
    }

    /// Creates a sentence that consists of one fact.
    #[must_use]
    pub fn of(fact: impl Fact) -> Self {
        Self::default().fact(fact)
    }

    /// Creates a sentence of unknown origin, which a redacted report masks completely.
    #[must_use]
    pub fn unknown(text: impl Into<String>) -> Self {
        Self::default().with(Part::Quote { text: text.into(), redacted: None })
    }

    /// Creates a sentence that can quote a file, with the text for a redacted report.
    #[must_use]
    pub fn quote(text: impl Into<String>, redacted: impl Into<Cow<'static, str>>) -> Self {
        Self::default().with(Part::Quote { text: text.into(), redacted: Some(redacted.into()) })
    }

    /// Creates a sentence about a key that contains only dates and key ids.
    pub(super) fn about_key(text: String) -> Self {
        Self::default().with(Part::Text(text.into()))
    }

    /// Adds words of this program.
    #[must_use]
    pub fn text(self, text: &'static str) -> Self {
        self.with(Part::Text(text.into()))
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(self, fact: impl Fact) -> Self {
        self.with(Part::Text(fact.to_string().into()))
    }

    /// Adds a value in backticks.
    #[must_use]
    pub fn value(self, directive: &'static str, text: impl Into<String>) -> Self {
        self.with_value(directive, text.into(), true)
    }

    /// Adds a value without backticks.
    #[must_use]
    pub fn bare(self, directive: &'static str, text: impl Into<String>) -> Self {
        self.with_value(directive, text.into(), false)
    }

    fn with_value(self, directive: &'static str, text: String, quoted: bool) -> Self {
        self.with(Part::Value { directive, text, quoted })
    }

    /// Adds the name of a file in backticks.
    #[must_use]
    pub fn file(self, at: usize, name: impl Into<String>) -> Self {
        self.with(Part::File { at, name: name.into() })
    }

    /// Adds text of unknown origin in backticks.
    #[must_use]
    pub fn quoted_unknown(self, text: &str) -> Self {
        self.with(Part::Quote { text: format!("`{text}`"), redacted: None })
    }

    /// Adds another sentence.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        Arc::make_mut(&mut self.parts).extend(Arc::unwrap_or_clone(other.parts));
        self
    }

    fn with(mut self, part: Part) -> Self {
        Arc::make_mut(&mut self.parts).push(part);
        self
    }

    /// Uses the memory of another reason if it is the same.
    pub(super) fn share(&mut self, other: &Self) {
        if self == other {
            self.parts = Arc::clone(&other.parts);
        }
    }

    /// The parts in the order of the sentence.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl From<&'static str> for Reason {
    fn from(text: &'static str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => f.write_str(text),
            Part::Value { text, quoted: false, .. } | Part::Quote { text, .. } => f.write_str(text),
            Part::Value { text, quoted: true, .. } | Part::File { name: text, .. } => write!(f, "`{text}`"),
        })
    }
}
