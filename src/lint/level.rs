//! Which severity a finding has in a run: the rule's own, or the one that was asked for.

use std::collections::HashMap;
use std::fmt;

use crate::diagnostic::{Code, Severity, nearest};

use super::registry;
use super::rule::Group;

/// What to do with the findings of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Do not report them.
    Allow,
    /// Report them as warnings.
    Warn,
    /// Report them as errors.
    Deny,
}

/// Levels that were asked for, by rule and by group.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    rules: HashMap<&'static str, Level>,
    groups: HashMap<char, Level>,
}

impl Levels {
    /// Sets the level of a rule, by its code or name, or of a group, by its letter or name. A rule's own level wins
    /// over its group's, whichever was set first; of two for the same, the later.
    ///
    /// # Errors
    /// There is no rule and no group of that name.
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

    /// The severity of a finding of `code` that its rule gave `severity`; `None` if it is not to be reported.
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

/// A word that names neither rule nor group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSelector {
    /// The word.
    pub selector: String,
    /// The rule or group that was probably meant.
    pub meant: Option<&'static str>,
}

impl UnknownSelector {
    /// A word that is none, with what it is nearest to.
    #[must_use]
    pub fn new(selector: &str) -> Self {
        let rules = registry::RULES.iter();
        let names = rules.clone().map(|rule| rule.code.name).chain(Group::ALL.iter().map(|group| group.name));
        let ids = rules.map(|rule| rule.code.id);
        let folded = selector.to_uppercase();
        let same = ids.clone().find(|id| *id == folded);
        let meant = same.or_else(|| nearest(selector, names)).or_else(|| nearest(selector, ids));
        Self { selector: crate::syntax::excerpt(selector), meant }
    }

    /// What to do.
    #[must_use]
    pub fn help(&self) -> String {
        match self.meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`keywright explain --all` lists all rules".to_owned(),
        }
    }
}

impl fmt::Display for UnknownSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no rule `{}`", self.selector)
    }
}

impl std::error::Error for UnknownSelector {}
