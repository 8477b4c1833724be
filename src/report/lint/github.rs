//! Workflow commands for GitHub Actions, which shows findings next to the changed lines.

use crate::Sources;
use crate::escape::escape;
use keywright_syntax::diagnostic::{Diagnostic, Severity};

use super::location::{display_name, message, path, range};
use super::{Outcome, Part, ReportFormat};

/// The GitHub Actions format, with one command per finding.
#[derive(Debug, Default)]
pub struct Github;

impl ReportFormat for Github {
    fn head(&self) -> String {
        String::new()
    }

    fn part(&mut self, part: &Part<'_>) -> String {
        part.findings.iter().map(|found| command(found, part.sources)).collect()
    }

    fn tail(&mut self, outcome: &Outcome) -> String {
        let unread = outcome.unread.iter();
        unread
            .map(|(name, reason)| {
                let (file, reason) = (property(&display_name(name)), data(&escape(reason)));
                format!("::error file={file},title=not read::{reason}\n")
            })
            .collect()
    }
}

fn command(found: &Diagnostic, sources: &Sources<'_>) -> String {
    let range = range(sources.get(found.primary.file), found.primary.span);
    let word = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let file = property(&path(sources, found.primary.file));
    let title = property(&format!("{} {}", found.code.id, found.code.name));
    // GitHub uses columns only for ranges within one line; `endColumn` is inclusive.
    let columns = if range.start.line == range.end.line {
        let last = range.end.column.saturating_sub(1).max(range.start.column);
        format!(",col={},endColumn={last}", range.start.column)
    } else {
        String::new()
    };
    let (first, last) = (range.start.line, range.end.line);
    format!(
        "::{word} file={file},line={first},endLine={last}{columns},title={title}::{}\n",
        data(&message(found))
    )
}

/// Encodes the text of a command; characters that would end it are percent-encoded.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Encodes the value of a property: like [`data`], and also characters that would end the value.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotation_fields_are_escaped() {
        assert_eq!(data("100%\r\n::error::"), "100%25%0D%0A::error::");
        assert_eq!(property("a,line=1::x"), "a%2Cline=1%3A%3Ax");
    }
}
