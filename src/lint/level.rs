//! Levels, which override the severities of rules for a run.

use std::collections::HashMap;
use std::fmt;

use keywright_syntax::diagnostic::{Code, Severity};

/// A level: how findings of a rule are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Do not report them.
    Allow,
    /// Report them as warnings.
    Warn,
    /// Report them as errors.
    Deny,
}

/// Configured levels by rule and by group.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    pub(super) rules: HashMap<&'static str, Level>,
    pub(super) groups: HashMap<char, Level>,
}

impl Levels {
    /// Returns the severity to report for a finding of `code`, or `None` to suppress it.
    #[must_use]
    pub fn apply(&self, code: &Code, severity: Severity) -> Option<Severity> {
        let group = self.groups.get(&code.group());
        match self.rules.get(code.id).or(group) {
            None => Some(severity),
            Some(Level::Allow) => None,
            Some(Level::Warn) => Some(Severity::Warning),
            Some(Level::Deny) => Some(Severity::Error),
        }
    }
}

/// The error for a word that is not a rule or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSelector {
    /// The word.
    pub selector: String,
    /// The most similar rule or group, if any.
    pub suggestion: Option<&'static str>,
}

impl UnknownSelector {
    /// The help text.
    #[must_use]
    pub fn help(&self) -> String {
        match self.suggestion {
            Some(suggestion) => format!("did you mean `{suggestion}`?"),
            None => "list all rules with `keywright explain --all`".to_owned(),
        }
    }
}

impl fmt::Display for UnknownSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown rule or group `{}`", self.selector)
    }
}

impl std::error::Error for UnknownSelector {}
