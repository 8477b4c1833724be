//! The number of findings of each rule.

use std::collections::{BTreeMap, HashSet};

use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::FileId;

use crate::counted;

/// Counts the findings of a run by rule.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    rules: BTreeMap<&'static str, RuleCount>,
}

/// The findings of one rule.
#[derive(Debug, Clone)]
pub struct RuleCount {
    /// The code.
    pub code: &'static Code,
    /// Number of findings.
    pub count: usize,
    /// Number of files with such findings.
    pub files: usize,
    /// Number of findings that `--fix` fixes.
    pub fixable: usize,
    /// Number of findings that only `--unsafe-fixes` fixes.
    pub fixable_unsafe: usize,
}

impl Statistics {
    /// Adds the findings of some files. Every file is added once.
    pub fn add(&mut self, findings: &[Diagnostic]) {
        let mut met: HashSet<(FileId, &str)> = HashSet::new();
        for found in findings {
            let none = RuleCount { code: found.code, count: 0, files: 0, fixable: 0, fixable_unsafe: 0 };
            let rule = self.rules.entry(found.code.id).or_insert(none);
            let is_safe = found.fix.as_ref().map(|fix| fix.safe);
            rule.count += 1;
            rule.files += usize::from(met.insert((found.primary.file, found.code.id)));
            rule.fixable += usize::from(is_safe == Some(true));
            rule.fixable_unsafe += usize::from(is_safe == Some(false));
        }
    }

    /// Returns the rules with findings, the most frequent first.
    #[must_use]
    pub fn sorted(&self) -> Vec<&RuleCount> {
        let mut rules: Vec<&RuleCount> = self.rules.values().collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.count));
        rules
    }

    /// Formats a table, one line for each rule.
    #[must_use]
    pub fn table(&self) -> String {
        let rules = self.sorted();
        let width =
            |length: fn(&RuleCount) -> usize| rules.iter().map(|rule| length(rule)).max().unwrap_or(0);
        let counts = width(|rule| rule.count.to_string().len());
        let names = width(|rule| rule.code.name.len());
        let files = width(|rule| counted(rule.files, "file").len());
        let line = |rule: &&RuleCount| {
            let RuleCount { code, count, .. } = rule;
            let (id, name, in_files) = (code.id, code.name, counted(rule.files, "file"));
            let line = format!("{count:>counts$}  {id} {name:names$}  in {in_files:files$}  {}", fixes(rule));
            format!("{}\n", line.trim_end())
        };
        rules.iter().map(line).collect()
    }
}

/// Describes the fixes of a rule.
fn fixes(rule: &RuleCount) -> String {
    let kinds = [(rule.fixable, "--fix"), (rule.fixable_unsafe, "--unsafe-fixes")];
    let kinds = kinds.iter().filter(|(count, _)| *count > 0).map(|(count, option)| {
        let which = if *count == rule.count { String::new() } else { format!("{count} ") };
        format!("{which}fixable with `{option}`")
    });
    kinds.collect::<Vec<_>>().join(", ")
}
