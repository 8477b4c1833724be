//! The names by which users select rules and groups.

use keywright_syntax::diagnostic::nearest;

use super::group::Group;
use super::level::{Level, Levels, UnknownSelector};
use super::registry;

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
        let suggestion = same.or_else(|| nearest(selector, names)).or_else(|| nearest(selector, ids));
        Self { selector: keywright_syntax::excerpt(selector), suggestion }
    }
}
