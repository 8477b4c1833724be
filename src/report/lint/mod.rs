//! Report formats for findings, one file per format, with a common trait. `lint` has all of them; `verify` and `test` have
//! some.
//!
//! A report is written in parts, so a run over many files keeps only a few of them in memory. Every format reports the same
//! findings.

pub mod baseline;
pub mod concise;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod sarif;
pub mod statistics;

mod elements;
mod entitled_json;
mod fingerprint;
mod location;
mod reported_rule;

use keywright_syntax::diagnostic::{Diagnostic, Severity};

use keywright_lint::Tally;

use super::Sources;
use super::verify_facts::{BlockFacts, FeatureTotal};
use baseline::BaselineOutcome;
use statistics::Statistics;

pub use reported_rule::ReportedRule;

/// Some files of a run and their findings.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The findings, in the order to show them.
    pub findings: &'a [Diagnostic],
    /// The files.
    pub sources: &'a Sources<'a>,
    /// The lowest severity that fails the run for these files.
    pub fails: Severity,
    /// The grants of the files, for formats that show them.
    pub entitled: Option<&'a Entitled>,
}

/// The grants of files that are one license, on a day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entitled {
    /// The names of the files. Untrusted.
    pub files: Vec<String>,
    /// The blocks without errors, in order.
    pub blocks: Vec<EntitledBlock>,
    /// The usable totals; empty if the blocks are of different customers.
    pub totals: Vec<FeatureTotal>,
}

/// A block with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntitledBlock {
    /// The index of its file.
    pub file: usize,
    /// Its line.
    pub line: usize,
    /// Its name.
    pub feature: String,
    /// Its role and cost.
    pub facts: BlockFacts,
}

/// Totals of a run.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Number of findings, including those that were only counted.
    pub tally: Tally,
    /// Number of files read.
    pub files: usize,
    /// Number of files with findings.
    pub files_with_findings: usize,
    /// The number of findings of each rule, if requested.
    pub statistics: Option<Statistics>,
    /// The number of known findings, if there is a baseline.
    pub baseline: Option<BaselineOutcome>,
    /// Files that could not be read, with the reason. Untrusted text.
    pub unread: Vec<(String, String)>,
}

/// A report format.
pub trait ReportFormat {
    /// Returns the text before the first part.
    fn head(&self) -> String;
    /// Returns the text of one part. Parts come in the order of the files.
    fn part(&mut self, part: &Part<'_>) -> String;
    /// Returns the text after the last part.
    fn tail(&mut self, outcome: &Outcome) -> String;
    /// Returns true if the format shows [`Part::entitled`].
    fn shows_entitled(&self) -> bool {
        false
    }
}

/// Returns the complete report for a single part.
pub fn whole(report: &mut dyn ReportFormat, part: &Part<'_>) -> String {
    let outcome = Outcome {
        tally: Tally::count(part.findings),
        files: part.sources.len(),
        files_with_findings: files_with_findings(part.findings),
        ..Outcome::default()
    };
    let head = report.head();
    let body = report.part(part);
    head + &body + &report.tail(&outcome)
}

/// Returns the number of files with findings. The findings are sorted by file.
#[must_use]
pub fn files_with_findings(findings: &[Diagnostic]) -> usize {
    findings.chunk_by(|one, next| one.primary.file == next.primary.file).count()
}
