//! Scenario runs as JUnit XML: a suite a file, a case a scenario.

use std::fmt::Write as _;

use crate::scenario::ScenarioResult;
use crate::source::SourceFile;

use super::escape::escape;
use super::test::{NotPlayed, TestReport};

/// The report as JUnit XML.
#[must_use]
pub fn render(report: &TestReport) -> String {
    let (passed, failed) = report.counts();
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let errors = report.not_played.len();
    // A file that could not be played counts as the one case that stands for it.
    let tests = passed + failed + errors;
    let _ = writeln!(text, "<testsuites tests=\"{tests}\" failures=\"{failed}\" errors=\"{errors}\">");
    for file in &report.files {
        let failures = file.results.iter().filter(|result| !result.passed()).count();
        let name = xml(file.source.name());
        let tests = file.results.len();
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
        );
        for result in &file.results {
            case(&mut text, &file.source, result);
        }
        text.push_str("  </testsuite>\n");
    }
    for file in &report.not_played {
        error(&mut text, file);
    }
    text.push_str("</testsuites>\n");
    text
}

/// A suite whose one case is an error: the file could not be played.
fn error(text: &mut String, file: &NotPlayed) {
    let (name, message) = (xml(&file.file), xml(&file.message));
    let line = file.line.map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
    let _ = writeln!(text, "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">");
    let _ = writeln!(
        text,
        "    <testcase classname=\"{name}\" name=\"the file can be played\" file=\"{name}\"{line}>"
    );
    let _ = writeln!(text, "      <error message=\"{message}\"/>\n    </testcase>\n  </testsuite>");
}

fn case(text: &mut String, source: &SourceFile, result: &ScenarioResult) {
    let (file, name) = (xml(source.name()), xml(&result.name));
    let line = source.position(result.span.start as usize).line;
    let head = format!("    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\" line=\"{line}\"");
    let failing: Vec<_> = result.rows.iter().filter(|row| !row.passed()).collect();
    let Some(first) = failing.first() else {
        let _ = writeln!(text, "{head}/>");
        return;
    };
    let message = format!("expected {}, actual {}", first.expected(), first.actual());
    let _ = writeln!(text, "{head}>\n      <failure message=\"{}\">", xml(&message));
    for row in failing {
        let line = source.position(row.span.start as usize).line;
        let (expected, actual) = (row.expected(), row.actual());
        let _ = writeln!(text, "{}", xml(&format!("line {line}: {}", row.text)));
        let _ = writeln!(
            text,
            "  {}\n  {}",
            xml(&format!("expected {expected}")),
            xml(&format!("actual {actual}"))
        );
        for reason in &row.reason {
            let _ = writeln!(text, "    {}", xml(reason));
        }
    }
    text.push_str("      </failure>\n    </testcase>\n");
}

/// Text for an attribute or an element: what XML cannot hold is escaped as on a terminal, then markup is.
fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            // The two code points that are characters but not of XML.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
