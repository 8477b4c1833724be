//! What playing a scenario file came to.

use crate::diagnostic::Edit;
use crate::resolve::Statement;
use crate::source::Span;

/// One scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioResult {
    /// Its name.
    pub name: String,
    /// Where its name stands.
    pub span: Span,
    /// Its rows, in the order they were played.
    pub rows: Vec<RowResult>,
    /// What METERED licenses were used for, by period; empty without any.
    pub statements: Vec<Statement>,
}

impl ScenarioResult {
    /// Whether every row holds.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.rows.iter().all(RowResult::passed)
    }
}

/// A row of a table, its totals, what remains, or a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowResult {
    /// Where it stands: its first value.
    pub span: Span,
    /// What it does, in short.
    pub text: String,
    /// What was compared.
    pub checks: Vec<Check>,
    /// Why it was denied, where that was not expected: lines, nested by two spaces.
    pub reason: Vec<String>,
}

impl RowResult {
    /// Whether every comparison holds.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(Check::passed)
    }

    /// What is expected, in one line.
    #[must_use]
    pub fn expected(&self) -> String {
        join(self.checks.iter().map(|check| (check.what, check.expected.as_str())))
    }

    /// What there was, in one line.
    #[must_use]
    pub fn actual(&self) -> String {
        join(self.checks.iter().map(|check| (check.what, check.actual.as_str())))
    }
}

fn join<'a>(parts: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let parts: Vec<String> = parts
        .map(|(what, value)| if what.is_empty() { value.to_owned() } else { format!("{what}: {value}") })
        .collect();
    parts.join(", ")
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The key of what is compared; empty for whether a request is granted.
    pub what: &'static str,
    /// Where the expected value stands; the row's place where it is not written.
    pub span: Span,
    /// As written.
    pub expected: String,
    /// As it is.
    pub actual: String,
    /// What makes the file say what is; empty where it cannot be said by changing a value.
    pub edits: Vec<Edit>,
}

impl Check {
    /// Whether they are the same.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.expected == self.actual
    }
}
