//! The result of running a scenario file.

use keywright_resolve::{Failure, Reason, Statement};
use keywright_syntax::diagnostic::Edit;
use keywright_syntax::source::Span;

/// The rows that results contain. A file may have 100,000 steps, and most reports show only those that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// All rows.
    All,
    /// The rows that failed.
    Failed,
}

impl Rows {
    /// Returns true if results contain this row.
    pub(super) fn includes(self, row: &RowResult) -> bool {
        self == Self::All || !row.passed()
    }
}

/// The result of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioResult {
    /// Its name.
    pub name: String,
    /// The span of the name.
    pub span: Span,
    /// The rows in execution order: all of them, or those that failed.
    pub rows: Vec<RowResult>,
    /// Usage of METERED licenses by period; empty if there are none.
    pub statements: Vec<Statement>,
}

impl ScenarioResult {
    /// Returns true if every row passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.rows.iter().all(RowResult::passed)
    }
}

/// The result of a table row, the totals, the remaining licenses, or a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowResult {
    /// The span of the first value.
    pub span: Span,
    /// A short description.
    pub text: String,
    /// The comparisons.
    pub checks: Vec<Check>,
    /// Number of requests that were granted.
    pub granted: u64,
    /// Number of requests that were denied.
    pub denied: u64,
    /// The reason of the first denial.
    pub denied_for: Option<Reason>,
    /// The failure of the last request, if it was neither granted nor denied.
    pub failure: Option<Failure>,
    /// The explanation of an unexpected denial: lines, indented by two spaces per level.
    pub reason: Vec<String>,
}

impl RowResult {
    /// Returns true if every comparison passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.checks.iter().all(Check::passed)
    }

    /// Returns true if all requests were granted.
    #[must_use]
    pub fn is_granted(&self) -> bool {
        self.granted > 0 && self.denied == 0 && self.failure.is_none()
    }

    /// The expected values in one line.
    #[must_use]
    pub fn expected(&self) -> String {
        join(self.checks.iter().map(|check| (check.what, check.expected.as_str())))
    }

    /// The actual values in one line.
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
    /// The key that is compared; empty for the outcome of requests.
    pub what: &'static str,
    /// The span of the expected value, or of the row if the file does not contain one.
    pub span: Span,
    /// The expected value, as written.
    pub expected: String,
    /// The actual value.
    pub actual: String,
    /// Edits that put the actual value in the file; empty if no edit of a value can do that.
    pub edits: Vec<Edit>,
}

impl Check {
    /// Returns true if expected and actual value are equal.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.expected == self.actual
    }
}
