//! What a run of scenario files came to, for all formats.

use std::sync::Arc;

use crate::scenario::{Coverage, Mutation, ScenarioResult};
use crate::source::{SourceFile, Span};

use super::escape::escape;

/// A run.
#[derive(Debug, Default)]
pub struct TestReport {
    /// The files that could be played, in the order of the run.
    pub files: Vec<TestedFile>,
    /// The files that could not be played; findings say all that is wrong with them.
    pub not_played: Vec<NotPlayed>,
    /// What the scenarios came by, where that was asked for.
    pub coverage: Vec<Covered>,
    /// The least coverage that is enough, in percent, where one was given.
    pub least: Option<u8>,
    /// Which changes of a license no scenario notices, where that was asked for.
    pub mutation: Vec<Mutated>,
}

/// Licenses that are proven together, and what the scenarios came by.
#[derive(Debug)]
pub struct Covered {
    /// Their texts.
    pub licenses: Vec<Arc<SourceFile>>,
    /// What was come by.
    pub coverage: Coverage,
}

impl Covered {
    /// Whether it is less than so many percent.
    #[must_use]
    pub fn is_below(&self, least: u8) -> bool {
        self.coverage.percent() < usize::from(least)
    }
}

/// Licenses that are proven together, and which changes of them nobody notices.
#[derive(Debug)]
pub struct Mutated {
    /// Their texts.
    pub licenses: Vec<Arc<SourceFile>>,
    /// What came of the changes; `None` where a scenario fails on the unchanged license already.
    pub mutation: Option<Mutation>,
}

impl Mutated {
    /// Whether every change that matters is noticed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.mutation.as_ref().is_some_and(|mutation| mutation.survivors.is_empty())
    }
}

/// The names of licenses that are proven together.
pub(super) fn names(licenses: &[Arc<SourceFile>]) -> String {
    let names: Vec<String> = licenses.iter().map(|license| escape(license.name()).into_owned()).collect();
    names.join(", ")
}

/// Where something stands in one of them: file, line and column.
pub(super) fn place(licenses: &[Arc<SourceFile>], license: usize, span: Span) -> (String, usize, usize) {
    licenses.get(license).map_or((String::new(), 1, 1), |source| {
        let at = source.position(span.start as usize);
        (escape(source.name()).into_owned(), at.line, at.column)
    })
}

/// A file that could not be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotPlayed {
    /// How it was named. Untrusted, like the message.
    pub file: String,
    /// The line of the first error, from 1, where it has one.
    pub line: Option<usize>,
    /// The first error.
    pub message: String,
}

/// A file that was played.
#[derive(Debug)]
pub struct TestedFile {
    /// Its text, for places; its name is how it was found.
    pub source: Arc<SourceFile>,
    /// Its scenarios.
    pub results: Vec<ScenarioResult>,
}

impl TestReport {
    /// Scenarios that hold, and scenarios that do not.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let all = || self.files.iter().flat_map(|file| &file.results);
        let passed = all().filter(|result| result.passed()).count();
        (passed, all().count() - passed)
    }
}
