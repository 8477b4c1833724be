//! Losses: everything that a conversion can report.
//!
//! Codes are permanent: never reused, never renumbered. L001 to L099 change what can be run, L101 to L199 do not, L201 to
//! L299 are questions, and L301 to L399 are faults of the source.

use keywright_syntax::diagnostic::Code;

/// The effect of a loss on the conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Changes what can be run: nothing is written unless the code is accepted.
    Grants,
    /// Changes nothing that can be run.
    Cosmetic,
    /// Nothing is written until an option answers the question.
    Question,
    /// A part of the source cannot be read; the rest is converted.
    Broken,
    /// Nothing can be converted.
    Unreadable,
}

impl Effect {
    /// All effects.
    pub const ALL: [Self; 5] = [Self::Grants, Self::Cosmetic, Self::Question, Self::Broken, Self::Unreadable];

    /// Returns the word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grants => "grants",
            Self::Cosmetic => "cosmetic",
            Self::Question => "question",
            Self::Broken => "broken",
            Self::Unreadable => "unreadable",
        }
    }

    /// Returns a sentence about the effect.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Grants => "changes what can run: refused unless accepted",
            Self::Cosmetic => "does not change what can run: a note",
            Self::Question => "ambiguous: nothing is written until an option selects the meaning",
            Self::Broken => "the rest of the source is converted, and the exit code is 1",
            Self::Unreadable => "nothing is written",
        }
    }
}

/// A kind of loss.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Loss {
    /// The code.
    pub code: Code,
    /// The effect.
    pub effect: Effect,
    /// The content of the source, as a phrase.
    pub source: &'static str,
    /// A phrase for what the result does instead.
    pub result: &'static str,
    /// Advice.
    pub advice: &'static str,
}
