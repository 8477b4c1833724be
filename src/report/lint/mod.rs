//! Report formats of the linter, one file per format, with a common trait.
//!
//! A report is written in parts, so a run over many files keeps only a few of them in memory. Every format reports the same
//! findings.

pub mod concise;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod sarif;

mod fingerprint;
mod location;

use keywright_syntax::diagnostic::{Diagnostic, Severity};

use keywright_lint::Tally;

use super::{Sources, to_json};

/// Some files of a run and their findings.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The findings, in the order to show them.
    pub findings: &'a [Diagnostic],
    /// The files.
    pub sources: &'a Sources<'a>,
    /// The lowest severity that fails the run for these files.
    pub fails: Severity,
}

/// Totals of a run.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Number of findings, including those that were only counted.
    pub tally: Tally,
    /// Number of files read.
    pub files: usize,
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
}

/// Returns the complete report for a single part.
pub fn whole(report: &mut dyn ReportFormat, part: &Part<'_>) -> String {
    let outcome =
        Outcome { tally: Tally::count(part.findings), files: part.sources.len(), unread: Vec::new() };
    let head = report.head();
    let body = report.part(part);
    head + &body + &report.tail(&outcome)
}

/// Writes the elements of a JSON list incrementally, indented and separated by commas.
#[derive(Debug, Default)]
struct Elements {
    indent: usize,
    any: bool,
}

impl Elements {
    fn new(indent: usize) -> Self {
        Self { indent, any: false }
    }

    /// Writes one element, with a separator if it is not the first.
    fn push<T: serde::Serialize>(&mut self, out: &mut String, element: &T) {
        out.push_str(if self.any { ",\n" } else { "\n" });
        self.any = true;
        out.push_str(&indented(element, self.indent));
    }

    /// Returns the text before the closing bracket.
    fn close(&self) -> String {
        if self.any { format!("\n{}", " ".repeat(self.indent.saturating_sub(2))) } else { String::new() }
    }
}

/// Formats a value as pretty JSON with every line indented. Line breaks inside strings are escaped in JSON, so every line
/// break in the text is layout.
fn indented<T: serde::Serialize>(value: &T, indent: usize) -> String {
    let margin = " ".repeat(indent);
    // Serialization fails only for maps with non-string keys, which these types do not have.
    let json = to_json::pretty(value).unwrap_or_default();
    format!("{margin}{}", json.replace('\n', &format!("\n{margin}")))
}
