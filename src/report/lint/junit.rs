//! JUnit XML: a suite per file, a case per finding, and one passing case for a file without findings.

use crate::Sources;
use crate::escape::escape;
use keywright_syntax::diagnostic::Diagnostic;
use keywright_syntax::source::SourceFile;

use super::location::{display_name, message, range};
use super::{Outcome, Part, ReportFormat};

/// The JUnit format. A finding that fails the run is a failure; any other finding is a passing case with output.
#[derive(Debug, Default)]
pub struct Junit;

impl ReportFormat for Junit {
    fn head(&self) -> String {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"keywright lint\">\n".to_owned()
    }

    fn part(&mut self, part: &Part<'_>) -> String {
        let suite = |source: &SourceFile| {
            // Findings are sorted by file.
            let first = part.findings.partition_point(|found| found.primary.file < source.id());
            let end = part.findings.partition_point(|found| found.primary.file <= source.id());
            suite(source, part.findings.get(first..end).unwrap_or_default(), part)
        };
        part.sources.iter().map(suite).collect()
    }

    fn tail(&mut self, outcome: &Outcome) -> String {
        let unread = outcome.unread.iter().map(|(name, reason)| {
            let (name, reason) = (attribute(&display_name(name)), attribute(&escape(reason)));
            format!(
                "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">\n    \
                 <testcase classname=\"{name}\" name=\"read\">\n      <error message=\"{reason}\"/>\n    \
                 </testcase>\n  </testsuite>\n"
            )
        });
        unread.collect::<String>() + "</testsuites>\n"
    }
}

fn suite(source: &SourceFile, findings: &[Diagnostic], part: &Part<'_>) -> String {
    let name = attribute(&display_name(source.name()));
    let failures = findings.iter().filter(|found| found.severity >= part.fails).count();
    let tests = findings.len().max(1);
    let cases = if findings.is_empty() {
        format!("    <testcase classname=\"{name}\" name=\"no findings\"/>\n")
    } else {
        findings.iter().map(|found| case(&name, found, part)).collect()
    };
    format!(
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">\n{cases}  </testsuite>\n"
    )
}

fn case(file: &str, found: &Diagnostic, part: &Part<'_>) -> String {
    let at = range(part.sources.get(found.primary.file), found.primary.span).start;
    let (line, column) = (at.line, at.column);
    let name = attribute(&format!("{} {} at {line}:{column}", found.code.id, found.code.name));
    let word = found.severity.as_str();
    let body = text(&format!("{}\n{}", message(found), places(found, part.sources)));
    let inside = if found.severity >= part.fails {
        let message = attribute(&escape(&found.message));
        format!("<failure type=\"{word}\" message=\"{message}\">{body}</failure>")
    } else {
        format!("<system-out>{word}: {body}</system-out>")
    };
    format!(
        "    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\" line=\"{line}\">\n      {inside}\n    \
         </testcase>\n"
    )
}

/// The place of a finding and its related places, one per line.
fn places(found: &Diagnostic, sources: &Sources<'_>) -> String {
    let mut out = String::new();
    for label in std::iter::once(&found.primary).chain(&found.related) {
        let at = range(sources.get(label.file), label.span).start;
        let name = super::location::path(sources, label.file);
        let what = if label.text.is_empty() { String::new() } else { format!(": {}", escape(&label.text)) };
        out.push_str(&format!("{name}:{}:{}{what}\n", at.line, at.column));
    }
    out
}

/// Escapes text between tags. Characters that XML does not permit were already replaced by `escape`.
fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Escapes text in an attribute.
fn attribute(value: &str) -> String {
    text(value).replace('"', "&quot;").replace('\n', "&#10;").replace('\t', "&#9;")
}
