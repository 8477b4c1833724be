//! Findings as plain data: the problem, its place, and advice.
//!
//! Independent of codes, renderers and file formats: each layer declares its own [`Code`]s, and each report renders
//! diagnostics in its own way.

use std::collections::HashMap;

use crate::source::{FileId, Span};

/// The severity of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Information. Never fails a run by itself.
    Note,
    /// Probably a mistake.
    Warning,
    /// A definite mistake.
    Error,
}

impl Severity {
    /// Returns the word used in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The identity of a kind of finding. Codes are permanent: never reused, never renumbered.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// A letter for the group and three digits.
    pub id: &'static str,
    /// The name in kebab case.
    pub name: &'static str,
    /// The default severity.
    pub severity: Severity,
    /// True if a comment in the file may allow findings of this code.
    pub may_be_allowed_in_file: bool,
    /// True for damage by mail or an editor, which causes other findings.
    pub is_cause: bool,
}

impl Code {
    /// Declares a code.
    #[must_use]
    pub const fn new(id: &'static str, name: &'static str, severity: Severity) -> Self {
        Self { id, name, severity, may_be_allowed_in_file: true, is_cause: false }
    }

    /// Declares an error.
    #[must_use]
    pub const fn error(id: &'static str, name: &'static str) -> Self {
        Self::new(id, name, Severity::Error)
    }

    /// Declares a warning.
    #[must_use]
    pub const fn warning(id: &'static str, name: &'static str) -> Self {
        Self::new(id, name, Severity::Warning)
    }

    /// Declares a note.
    #[must_use]
    pub const fn note(id: &'static str, name: &'static str) -> Self {
        Self::new(id, name, Severity::Note)
    }

    /// Declares that a comment in the file cannot allow the findings: a verification failure of the file's own KEYs, an
    /// error that makes it unreadable, a finding about `allow` comments, or one about the whole file, which has no line
    /// to comment.
    #[must_use]
    pub const fn never_allowed_in_file(self) -> Self {
        Self { may_be_allowed_in_file: false, ..self }
    }

    /// Declares that the findings are damage by mail or an editor, which causes other findings.
    #[must_use]
    pub const fn cause(self) -> Self {
        Self { is_cause: true, ..self }
    }

    /// Returns the name in words.
    #[must_use]
    pub fn title(&self) -> String {
        self.name.replace('-', " ")
    }

    /// Returns the letter of the group, the first one of the id.
    #[must_use]
    pub fn group(&self) -> char {
        self.id.chars().next().unwrap_or_default()
    }
}

/// A place with an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The file it points into.
    pub file: FileId,
    /// The text it points at.
    pub span: Span,
    /// The explanation; may be empty.
    pub text: String,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The replaced text; empty for an insertion.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

/// A change that removes the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// A description, as an instruction.
    pub title: String,
    /// The replacements, all in the file of the primary label.
    pub edits: Vec<Edit>,
    /// True if the fix certainly keeps the author's intention.
    pub safe: bool,
}

/// A finding.
///
/// Messages are lower case, without a full stop, with user text in backticks; advice goes into `help`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of finding.
    pub code: &'static Code,
    /// Its severity in this run.
    pub severity: Severity,
    /// The problem.
    pub message: String,
    /// The place.
    pub primary: Label,
    /// Other places that explain it, in reading order.
    pub related: Vec<Label>,
    /// Advice.
    pub help: Option<String>,
    /// The name that was probably meant instead of an unknown one; the help asks for it.
    pub suggestion: Option<String>,
    /// A change that resolves it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// Creates a finding of `code` at `span`, with the default severity of the code.
    #[must_use]
    pub fn new(code: &'static Code, file: FileId, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            primary: Label { file, span, text: String::new() },
            related: Vec::new(),
            help: None,
            suggestion: None,
            fix: None,
        }
    }

    /// Sets the explanation of the primary place.
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

    /// Suggests the name that was probably meant.
    #[must_use]
    pub fn did_you_mean(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.help = Some(format!("did you mean `{name}`?"));
        self.suggestion = Some(name);
        self
    }

    /// Adds a safe fix of one edit.
    #[must_use]
    pub fn safe_fix(mut self, title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        let edits = vec![Edit { span, replacement: replacement.into() }];
        self.fix = Some(Fix { title: title.into(), edits, safe: true });
        self
    }

    /// Adds a fix of one edit.
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

    /// Returns true if this is an error in this run.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Returns the sort key for display: file, place, code.
    #[must_use]
    pub fn order(&self) -> (FileId, Span, &'static str) {
        (self.primary.file, self.primary.span, self.code.id)
    }
}

/// Number of findings of one code per file that are kept in full. For the others, only code and place are kept.
pub const MOST_OF_A_CODE: usize = 1000;

/// A finding reduced to code and place, because a hostile file can cause millions of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brief {
    /// The kind of finding.
    pub code: &'static Code,
    /// The place.
    pub span: Span,
}

impl Brief {
    /// Returns true if the default severity is error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity == Severity::Error
    }
}

/// The findings of one file, with a limit on those kept in full for each code.
#[derive(Debug, Clone)]
pub struct Findings {
    most: usize,
    met: HashMap<&'static str, usize>,
    /// Findings kept in full.
    pub kept: Vec<Diagnostic>,
    /// All other findings.
    pub more: Vec<Brief>,
}

impl Findings {
    /// Creates an empty list that keeps at most `most` findings of each code in full.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, met: HashMap::new(), kept: Vec::new(), more: Vec::new() }
    }

    /// Adds a finding.
    pub fn push(&mut self, found: Diagnostic) {
        let met = self.met.entry(found.code.id).or_default();
        *met += 1;
        if *met <= self.most {
            self.kept.push(found);
        } else {
            self.more.push(Brief { code: found.code, span: found.primary.span });
        }
    }

    /// Sorts all findings in file order.
    pub fn sort(&mut self) {
        self.kept.sort_by_key(Diagnostic::order);
        self.more.sort_by_key(|brief| brief.span);
    }

    /// Returns a copy to continue with: it keeps the full findings and the counts, but not the reduced findings.
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

/// Returns the candidate that `word` was probably meant to be: the nearest one by edit distance, ignoring case, if the
/// distance is small enough.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer words are not compared, because the cost grows with the product of the lengths.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let folded = word.to_lowercase();
    // Any two words of two letters are near each other, so only a difference in case is accepted for them.
    let limit = (folded.chars().count() / 3).min(4);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST && candidate.len().abs_diff(word.len()) <= limit * 4)
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns true if `word` differs from `intended` only by a typing slip.
///
/// DECISION: a slip is a difference in case, two swapped letters, one missing or additional letter, or one wrong letter
/// in a longer word. Only slips are fixed automatically. Other near words (`MAXIMUM` for `MINIMUM`, `DATE` for `DATA`)
/// are only suggested, because they may be intended.
#[must_use]
pub fn is_slip(word: &str, intended: &str) -> bool {
    /// Minimum length of a word in which one wrong letter is a slip.
    const LONG: usize = 6;
    let (word, intended) = (word.to_lowercase(), intended.to_lowercase());
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    match strsim::damerau_levenshtein(&word, &intended) {
        0 => true,
        1 => word.len() != intended.len() || intended.len() >= LONG || sorted(&word) == sorted(&intended),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_error_is_not_another_known_word() {
        for (word, intended) in [
            ("vendor", "VENDOR"),
            ("CUONT", "COUNT"),
            ("COUN", "COUNT"),
            ("COUNTS", "COUNT"),
            ("BURROW", "BORROW"),
        ] {
            assert!(is_slip(word, intended), "{word}");
        }
        for (word, intended) in [
            ("MAXIMUM", "MINIMUM"),
            ("MAX_CHECKOUT", "MIN_CHECKOUT"),
            ("MAINTENANCE_STOP", "MAINTENANCE_START"),
            ("DATE", "DATA"),
            ("USERS", "SHARE"),
        ] {
            assert!(!is_slip(word, intended), "{word}");
        }
    }

    #[test]
    fn nearest_matches_only_typing_errors() {
        let known = ["VENDOR", "VERSION", "COUNT", "KEY"];
        assert_eq!(nearest("VERSOIN", known), Some("VERSION"));
        assert_eq!(nearest("vendor", known), Some("VENDOR"));
        assert_eq!(nearest("KEYS", known), Some("KEY"));
        assert_eq!(nearest("PLATFORM", known), None);
        assert_eq!(nearest(&"x".repeat(100), known), None);
    }
}
