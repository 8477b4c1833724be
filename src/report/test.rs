//! The result of a run of scenario files, for all output formats.

use std::sync::Arc;

use keywright_scenario::{Coverage, Mutation, ScenarioResult};
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::{SourceFile, Span};

use super::escape::escape;

/// The result of a run.
#[derive(Debug, Default)]
pub struct TestReport {
    /// The files that were run, in order.
    pub files: Vec<TestedFile>,
    /// The files that could not be run; their errors are reported as findings.
    pub not_played: Vec<NotPlayed>,
    /// Coverage, if requested.
    pub coverage: Vec<Covered>,
    /// The minimum coverage in percent, if given.
    pub least: Option<u8>,
    /// Mutation results, if requested.
    pub mutation: Vec<Mutated>,
}

/// Licenses that are tested together, and their coverage.
#[derive(Debug)]
pub struct Covered {
    /// The sources of the licenses.
    pub licenses: Vec<Arc<SourceFile>>,
    /// The coverage.
    pub coverage: Coverage,
}

impl Covered {
    /// Returns true if coverage is below this percentage.
    #[must_use]
    pub fn is_below(&self, least: u8) -> bool {
        self.coverage.percent() < usize::from(least)
    }
}

/// Licenses that are tested together, and their mutation results.
#[derive(Debug)]
pub struct Mutated {
    /// The sources of the licenses.
    pub licenses: Vec<Arc<SourceFile>>,
    /// The mutation result; `None` if a scenario fails on the unchanged license.
    pub mutation: Option<Mutation>,
}

impl Mutated {
    /// Returns true if every mutation that has an effect is detected.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.mutation.as_ref().is_some_and(|mutation| mutation.survivors.is_empty())
    }
}

/// The names of licenses that are tested together.
pub(super) fn names(licenses: &[Arc<SourceFile>]) -> String {
    let names: Vec<String> = licenses.iter().map(|license| escape(license.name()).into_owned()).collect();
    names.join(", ")
}

/// The file, line and column of a span in one of the licenses.
pub(super) fn place(licenses: &[Arc<SourceFile>], license: usize, span: Span) -> (String, usize, usize) {
    licenses.get(license).map_or((String::new(), 1, 1), |source| {
        let at = source.position(span.start as usize);
        (escape(source.name()).into_owned(), at.line, at.column)
    })
}

/// A file that could not be run.
#[derive(Debug, Clone)]
pub struct NotPlayed {
    /// The name of the file. Untrusted, like the message.
    pub file: String,
    /// The line of the first error, from 1, if it has one.
    pub line: Option<usize>,
    /// The first error.
    pub message: String,
    /// The file and its errors, if it could be read.
    pub invalid: Option<(Arc<SourceFile>, Vec<Diagnostic>)>,
}

/// A file that was run.
#[derive(Debug)]
pub struct TestedFile {
    /// The source of the file.
    pub source: Arc<SourceFile>,
    /// Its scenarios.
    pub results: Vec<ScenarioResult>,
    /// Warnings about the file.
    pub warnings: Vec<Diagnostic>,
}

impl TestReport {
    /// The number of scenarios that passed, and of those that failed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let all = || self.files.iter().flat_map(|file| &file.results);
        let passed = all().filter(|result| result.passed()).count();
        (passed, all().count() - passed)
    }
}
