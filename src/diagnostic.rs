//! A finding as plain data: what is wrong, where, and what to do about it.
//!
//! Knows no layer's codes, no renderer and no file format: each layer declares its own [`Code`]s, each report draws
//! diagnostics its own way.

use std::collections::HashMap;

use crate::source::{FileId, Span};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never fails a run by itself.
    Note,
    /// Probably not what was meant.
    Warning,
    /// Wrong.
    Error,
}

impl Severity {
    /// The word that reports use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The identity of a kind of finding. Codes are for ever: never reused, never renumbered.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// A letter and three digits; the letter is the group.
    pub id: &'static str,
    /// The same in words, kebab case.
    pub name: &'static str,
    /// Severity where nobody chose another.
    pub severity: Severity,
}

impl Code {
    /// Declares a code.
    #[must_use]
    pub const fn new(id: &'static str, name: &'static str, severity: Severity) -> Self {
        Self { id, name, severity }
    }

    /// An error.
    #[must_use]
    pub const fn error(id: &'static str, name: &'static str) -> Self {
        Self::new(id, name, Severity::Error)
    }

    /// A warning.
    #[must_use]
    pub const fn warning(id: &'static str, name: &'static str) -> Self {
        Self::new(id, name, Severity::Warning)
    }

    /// A note.
    #[must_use]
    pub const fn note(id: &'static str, name: &'static str) -> Self {
        Self::new(id, name, Severity::Note)
    }
}

/// A place with what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The file it points into.
    pub file: FileId,
    /// The text it points at.
    pub span: Span,
    /// What is there; may be empty.
    pub text: String,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A change that removes the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an instruction.
    pub title: String,
    /// The replacements, all in the file of the primary label.
    pub edits: Vec<Edit>,
    /// Whether it keeps what the author meant beyond doubt.
    pub safe: bool,
}

/// A finding.
///
/// Messages are lower case, without a full stop, with user text in backticks; advice goes into `help`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of finding.
    pub code: &'static Code,
    /// Its severity in this run.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Other places that explain it, in the order to read them.
    pub related: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// A change that would do it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of `code` at `span`, with the code's own severity.
    #[must_use]
    pub fn new(code: &'static Code, file: FileId, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            primary: Label { file, span, text: String::new() },
            related: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// Says what stands at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place in the same file.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { file: self.primary.file, span, text: text.into() });
        self
    }

    /// Adds another place, in any file.
    #[must_use]
    pub fn also_in(mut self, file: FileId, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { file, span, text: text.into() });
        self
    }

    /// Adds the advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds a fix of one edit that keeps the meaning.
    #[must_use]
    pub fn safe_fix(mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        let edits = vec![Edit { span, replacement: replacement.into() }];
        self.fix = Some(Fix { title: title.into(), edits, safe: true });
        self
    }

    /// Adds a fix of one edit, which keeps the meaning if it is `safe`.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
        safe: bool,
    ) -> Self {
        self = self.safe_fix(title, span, replacement);
        self.fix.iter_mut().for_each(|fix| fix.safe = safe);
        self
    }

    /// Whether it is an error in this run.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Order of findings for people: by file, place, then code.
    #[must_use]
    pub fn order(&self) -> (FileId, Span, &'static str) {
        (self.primary.file, self.primary.span, self.code.id)
    }
}

/// Findings of one code that reading a file keeps whole; of the others it is known that they are there, and where.
pub const MOST_OF_A_CODE: usize = 1000;

/// A finding that is not kept whole: a hostile file has millions of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    /// Which kind of finding.
    pub code: &'static Code,
    /// Where.
    pub span: Span,
}

impl Brief {
    /// Whether it is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity == Severity::Error
    }
}

/// Findings as reading one file meets them, bounded: of each code so many are kept whole.
#[derive(Debug, Clone)]
pub struct Findings {
    most: usize,
    met: HashMap<&'static str, usize>,
    /// Those that are kept whole.
    pub kept: Vec<Diagnostic>,
    /// The others.
    pub more: Vec<Brief>,
}

impl Findings {
    /// None yet; at most `most` of a code will be kept whole.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, met: HashMap::new(), kept: Vec::new(), more: Vec::new() }
    }

    /// Takes a finding.
    pub fn push(&mut self, found: Diagnostic) {
        let met = self.met.entry(found.code.id).or_default();
        *met += 1;
        if *met <= self.most {
            self.kept.push(found);
        } else {
            self.more.push(Brief { code: found.code, span: found.primary.span });
        }
    }

    /// Puts all in the order of the file.
    pub fn sort(&mut self) {
        self.kept.sort_by_key(Diagnostic::order);
        self.more.sort_by_key(|brief| brief.span);
    }

    /// The same findings, to go on with: those that are not kept whole stay behind and are only counted.
    #[must_use]
    pub fn carry_on(&self) -> Self {
        Self { most: self.most, met: self.met.clone(), kept: self.kept.clone(), more: Vec::new() }
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, found: T) {
        found.into_iter().for_each(|found| self.push(found));
    }
}

/// The candidate that `word` was probably meant to be: the nearest by edits, letters' case aside, if it is near enough
/// to be more likely than chance.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are not compared: the cost grows with the product of the lengths.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let folded = word.to_lowercase();
    // Of two letters any two words are near: only their case may differ.
    let limit = (folded.chars().count() / 3).min(4);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST && candidate.len().abs_diff(word.len()) <= limit * 4)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ◆ Whether `word` is `meant` but for a slip of the fingers: the case of letters, two of them exchanged, one missing or
/// too many, or in a longer word one wrong. What is further away may be meant (`MAXIMUM` is no slip of `MINIMUM`, nor
/// `DATE` of `DATA`): it is proposed, and never put right unasked.
#[must_use]
pub fn is_slip(word: &str, meant: &str) -> bool {
    /// From this length on one wrong letter makes no other word.
    const LONG: usize = 6;
    let (word, meant) = (word.to_lowercase(), meant.to_lowercase());
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    match strsim::damerau_levenshtein(&word, &meant) {
        0 => true,
        1 => word.len() != meant.len() || meant.len() >= LONG || sorted(&word) == sorted(&meant),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_no_other_word() {
        for (word, meant) in [
            ("vendor", "VENDOR"),
            ("CUONT", "COUNT"),
            ("COUN", "COUNT"),
            ("COUNTS", "COUNT"),
            ("BURROW", "BORROW"),
        ] {
            assert!(is_slip(word, meant), "{word}");
        }
        for (word, meant) in [
            ("MAXIMUM", "MINIMUM"),
            ("MAX_CHECKOUT", "MIN_CHECKOUT"),
            ("MAINTENANCE_STOP", "MAINTENANCE_START"),
            ("DATE", "DATA"),
            ("USERS", "SHARE"),
        ] {
            assert!(!is_slip(word, meant), "{word}");
        }
    }

    #[test]
    fn nearest_finds_typing_errors_and_nothing_else() {
        let known = ["VENDOR", "VERSION", "COUNT", "KEY"];
        assert_eq!(nearest("VERSOIN", known), Some("VERSION"));
        assert_eq!(nearest("vendor", known), Some("VENDOR"));
        assert_eq!(nearest("KEYS", known), Some("KEY"));
        assert_eq!(nearest("PLATFORM", known), None);
        assert_eq!(nearest(&"x".repeat(100), known), None);
    }
}
