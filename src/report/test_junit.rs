//! JUnit XML results of scenarios: a suite per file, a case per scenario, and a suite for each requirement on coverage
//! and mutation.

use std::fmt::Write as _;

use keywright_scenario::{Missed, Mutant, ScenarioResult};
use keywright_syntax::source::SourceFile;

use super::counted;
use super::escape::escape;
use super::test::{self, Covered, Mutated, NotPlayed, TestReport};

/// Renders the report as JUnit XML.
#[must_use]
pub fn render(report: &TestReport) -> String {
    let (passed, failed) = report.counts();
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let errors = report.not_played.len();
    let demands = demands(report);
    let unmet = demands.iter().filter(|demand| demand.unmet.is_some()).count();
    // A file that could not be run counts as one case.
    let (tests, failures) = (passed + failed + errors + demands.len(), failed + unmet);
    let _ = writeln!(text, "<testsuites tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">");
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
    demands.iter().for_each(|demand| demanded(&mut text, demand));
    text.push_str("</testsuites>\n");
    text
}

/// A requirement on all scenarios of some licenses.
struct Demand {
    suite: String,
    name: String,
    /// If it is not met: a summary, and one line for each point that is missing.
    unmet: Option<(String, Vec<String>)>,
}

fn demands(report: &TestReport) -> Vec<Demand> {
    let covered = report.least.into_iter().flat_map(|least| {
        report.coverage.iter().map(move |covered| Demand {
            suite: format!("coverage of {}", test::names(&covered.licenses)),
            name: format!("coverage is at least {least} %"),
            unmet: covered.is_below(least).then(|| missed(covered)),
        })
    });
    let mutated = report.mutation.iter().map(|mutated| Demand {
        suite: format!("mutation of {}", test::names(&mutated.licenses)),
        name: "every mutation is detected".to_owned(),
        unmet: (!mutated.is_complete()).then(|| survived(mutated)),
    });
    covered.chain(mutated).collect()
}

fn missed(covered: &Covered) -> (String, Vec<String>) {
    let line = |missed: &Missed| {
        let (file, row, column) = test::place(&covered.licenses, missed.license, missed.span);
        format!("{file}:{row}:{column}  {}", missed.text)
    };
    let coverage = &covered.coverage;
    (format!("coverage is {} %", coverage.percent()), coverage.missed.iter().map(line).collect())
}

fn survived(mutated: &Mutated) -> (String, Vec<String>) {
    let Some(mutation) = &mutated.mutation else {
        return ("not run, because a scenario fails on the unchanged license".to_owned(), Vec::new());
    };
    let line = |survivor: &Mutant| {
        let (file, row, column) = test::place(&mutated.licenses, survivor.license, survivor.span);
        format!("{file}:{row}:{column}  {}: not detected by any scenario", survivor.text)
    };
    let survivors = &mutation.survivors;
    let message = format!("{} survived", counted(survivors.len(), "mutation"));
    (message, survivors.iter().map(line).collect())
}

/// Writes a suite with one case.
fn demanded(text: &mut String, demand: &Demand) {
    let (suite, name) = (xml(&demand.suite), xml(&demand.name));
    let failures = usize::from(demand.unmet.is_some());
    let _ = writeln!(text, "  <testsuite name=\"{suite}\" tests=\"1\" failures=\"{failures}\" errors=\"0\">");
    let head = format!("    <testcase classname=\"{suite}\" name=\"{name}\"");
    if let Some((message, lines)) = &demand.unmet {
        let _ = writeln!(text, "{head}>\n      <failure message=\"{}\">", xml(message));
        for line in lines {
            let _ = writeln!(text, "{}", xml(line));
        }
        text.push_str("      </failure>\n    </testcase>\n");
    } else {
        let _ = writeln!(text, "{head}/>");
    }
    text.push_str("  </testsuite>\n");
}

/// Writes a suite with one error, for a file that could not be run.
fn error(text: &mut String, file: &NotPlayed) {
    let (name, message) = (xml(&file.file), xml(&file.message));
    let line = file.line.map(|line| format!(" line=\"{line}\"")).unwrap_or_default();
    let _ = writeln!(text, "  <testsuite name=\"{name}\" tests=\"1\" failures=\"0\" errors=\"1\">");
    let _ = writeln!(
        text,
        "    <testcase classname=\"{name}\" name=\"the file can be run\" file=\"{name}\"{line}>"
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

/// Escapes text for an attribute or element: first characters that XML does not permit, as on a terminal, then markup.
fn xml(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in escape(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            // These two characters are not permitted in XML.
            '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}
