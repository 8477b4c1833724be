//! The rules of a report: the kinds of findings that a command can report.

use keywright_lint::{RULES, Rule};
use keywright_scenario::CodePage;
use keywright_syntax::diagnostic::Code;

/// A kind of finding, for formats that describe all of them.
#[derive(Debug, Clone, Copy)]
pub struct ReportedRule {
    /// Its code, name and default severity.
    pub code: &'static Code,
    /// The finding, as a phrase.
    pub summary: &'static str,
    /// The reason for the rule, in sentences.
    pub rationale: &'static str,
    /// The way to resolve a finding, in sentences.
    pub how_to_fix: &'static str,
    /// The group of the rule.
    pub group: &'static str,
}

impl ReportedRule {
    /// Returns the rules of the linter.
    #[must_use]
    pub fn of_lint() -> Vec<Self> {
        RULES.iter().map(|rule| Self::from(*rule)).collect()
    }
}

impl From<ReportedRule> for CodePage {
    /// Creates the page of a rule without an example.
    fn from(rule: ReportedRule) -> Self {
        let ReportedRule { code, summary, rationale, how_to_fix, .. } = rule;
        Self { code, summary, rationale, bad: "", good: "", how_to_fix }
    }
}

impl From<&'static Rule> for ReportedRule {
    fn from(rule: &'static Rule) -> Self {
        let group = rule.group().map_or("", |group| group.name);
        Self {
            code: rule.code,
            summary: rule.summary,
            rationale: rule.rationale,
            how_to_fix: rule.how_to_fix,
            group,
        }
    }
}

impl From<&CodePage> for ReportedRule {
    fn from(page: &CodePage) -> Self {
        Self {
            code: page.code,
            summary: page.summary,
            rationale: page.rationale,
            how_to_fix: page.how_to_fix,
            group: "scenarios",
        }
    }
}
