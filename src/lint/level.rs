//! Levels, which override the severities of rules for a run.

use std::collections::HashMap;
use std::fmt;

use keywright_syntax::diagnostic::{Code, Severity, nearest};

use super::registry;
use super::rule::Group;

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
    rules: HashMap<&'static str, Level>,
    groups: HashMap<char, Level>,
}

impl Levels {
    /// Sets the level of a rule, by code or name, or of a group, by letter or name. A level for a rule overrides one for
    /// its group, in any order; a later level for the same rule or group overrides an earlier one.
    ///
    /// # Errors
    /// Returns an error if there is no rule or group of that name.
    pub fn set(&mut self, selector: &str, level: Level) -> Result<(), UnknownSelector> {
        if let Some(rule) = registry::rule(selector) {
            self.rules.insert(rule.code.id, level);
            return Ok(());
        }
        let is_group = |group: &&Group| group.name == selector || selector.chars().eq([group.letter]);
        match Group::ALL.iter().find(is_group) {
            Some(group) => {
                self.groups.insert(group.letter, level);
                Ok(())
            }
            None => Err(UnknownSelector::new(selector)),
        }
    }

    /// Returns the severity to report for a finding of `code`, or `None` to suppress it.
    #[must_use]
    pub fn apply(&self, code: &Code, severity: Severity) -> Option<Severity> {
        let group = code.id.chars().next().and_then(|letter| self.groups.get(&letter));
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
    pub meant: Option<&'static str>,
}

impl UnknownSelector {
    /// Creates the error, with a suggestion if possible.
    #[must_use]
    pub fn new(selector: &str) -> Self {
        let rules = registry::RULES.iter();
        let names = rules.clone().map(|rule| rule.code.name).chain(Group::ALL.iter().map(|group| group.name));
        let ids = rules.map(|rule| rule.code.id);
        let folded = selector.to_uppercase();
        let same = ids.clone().find(|id| *id == folded);
        let meant = same.or_else(|| nearest(selector, names)).or_else(|| nearest(selector, ids));
        Self { selector: keywright_syntax::excerpt(selector), meant }
    }

    /// The help text.
    #[must_use]
    pub fn help(&self) -> String {
        match self.meant {
            Some(meant) => format!("did you mean `{meant}`?"),
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
