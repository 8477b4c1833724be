//! What a run of scenario files came to, for all formats.

use std::sync::Arc;

use crate::scenario::ScenarioResult;
use crate::source::SourceFile;

/// A run.
#[derive(Debug, Default)]
pub struct TestReport {
    /// The files that could be played, in the order of the run.
    pub files: Vec<TestedFile>,
    /// How many files could not be played; findings say why.
    pub not_played: usize,
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
