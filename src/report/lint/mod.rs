//! Reports of the linter: one file a format, all behind one trait.
//!
//! A report is written part by part, so that a run over many files holds only those that it is working on. Every format
//! is given the same findings; none leaves one out.

pub mod concise;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod sarif;

mod identity;
mod place;

use crate::diagnostic::{Diagnostic, Severity};

use crate::lint::Tally;

use super::Sources;

/// Some files of a run with all that was found on them.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The findings, in the order to show them.
    pub findings: &'a [Diagnostic],
    /// The files.
    pub sources: &'a Sources<'a>,
    /// The severity from which on the run fails for these files.
    pub fails: Severity,
}

/// What a run came to.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// How many findings there were, those that are only counted among them.
    pub tally: Tally,
    /// How many files were read.
    pub files: usize,
    /// Files that could not be read, each with the reason. Untrusted.
    pub unread: Vec<(String, String)>,
}

/// A format.
pub trait Report {
    /// What stands before the first part.
    fn head(&self) -> String;
    /// The text of one part. Parts come in the order of the files.
    fn part(&mut self, part: &Part<'_>) -> String;
    /// What stands behind the last part.
    fn tail(&mut self, outcome: &Outcome) -> String;
}

/// The whole report at once.
pub fn whole(report: &mut dyn Report, part: &Part<'_>) -> String {
    let outcome = Outcome { tally: Tally::of(part.findings), files: part.sources.len(), unread: Vec::new() };
    let head = report.head();
    let body = report.part(part);
    head + &body + &report.tail(&outcome)
}

/// Writes the elements of a JSON list that grows: commas between them, each indented.
#[derive(Debug, Default)]
struct Elements {
    indent: usize,
    any: bool,
}

impl Elements {
    fn new(indent: usize) -> Self {
        Self { indent, any: false }
    }

    /// One element with what separates it from the one before.
    fn push<T: serde::Serialize>(&mut self, out: &mut String, element: &T) {
        out.push_str(if self.any { ",\n" } else { "\n" });
        self.any = true;
        out.push_str(&indented(element, self.indent));
    }

    /// The end of the list, before its bracket.
    fn close(&self) -> String {
        if self.any { format!("\n{}", " ".repeat(self.indent.saturating_sub(2))) } else { String::new() }
    }
}

/// Pretty JSON, every line indented. A line break within a string is `\n` in JSON, so every real one is layout.
fn indented<T: serde::Serialize>(value: &T, indent: usize) -> String {
    let margin = " ".repeat(indent);
    // These types hold no map with keys that are not text, the only thing JSON cannot write.
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    format!("{margin}{}", json.replace('\n', &format!("\n{margin}")))
}
