//! The summary of many files: one line for each file, with the reasons of failures below it.

use keywright_verify::Verdict;

use super::counted;
use super::verify::VerifyReport;
use super::verify_failures::{self, VerifyFailure};
use super::verify_human::{GREEN, RED, Style, WIDTH, YELLOW, color, customers};
use super::verify_log;

/// Maximum number of reasons that are given for a file.
const MOST_REASONS: usize = 3;

/// The line of one file, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLine {
    /// True if the file is not valid.
    pub has_failed: bool,
    /// The text, with line breaks.
    pub text: String,
}

/// Returns the lines of all files in the order of the command line.
#[must_use]
pub fn lines(report: &VerifyReport<'_>, style: Style) -> Vec<FileLine> {
    let lines = (report.before + 1..).zip(report.in_order()).map(|(number, file)| match file {
        Ok(at) => of_file(report, at, style),
        Err(name) => {
            let (on, off) = color(style, RED);
            let word = VerifyReport::NOT_READ;
            let name = report.file_name(number, name);
            FileLine { has_failed: true, text: format!("  {on}{word:WIDTH$}{off}  {name}\n") }
        }
    });
    lines.collect()
}

fn of_file(report: &VerifyReport<'_>, at: usize, style: Style) -> FileLine {
    let Some(file) = report.files.get(at) else { return FileLine { has_failed: true, text: String::new() } };
    let word = report.file_result(at);
    let has_failed = word != Verdict::Valid.as_str();
    let (on, off) = color(style, paint(word));
    let valid = file.blocks.iter().filter(|block| block.verdict == Verdict::Valid).count();
    let blocks = counted(file.blocks.len(), "block");
    let name = report.file_name(report.number_of(at), &file.file);
    let customers = customers(report, at);
    let answer = verify_log::answer(report, at).map_or_else(String::new, |answer| format!("  {answer}"));
    let mut text =
        format!("  {on}{word:WIDTH$}{off}  {customers}{name}  {valid} of {blocks} valid{answer}\n");
    if has_failed {
        let reasons = reasons(report, at);
        for reason in reasons.iter().take(MOST_REASONS) {
            text.push_str(&format!("  {:WIDTH$}  {reason}\n", ""));
        }
        if reasons.len() > MOST_REASONS {
            let more = counted(reasons.len() - MOST_REASONS, "more reason");
            text.push_str(&format!("  {:WIDTH$}  {more}: run `keywright verify` on the file\n", ""));
        }
    }
    FileLine { has_failed, text }
}

fn paint(word: &str) -> &'static str {
    if word == Verdict::Valid.as_str() {
        GREEN
    } else if [Verdict::NotYet, Verdict::Expired].iter().any(|verdict| verdict.as_str() == word) {
        YELLOW
    } else {
        RED
    }
}

/// Returns the reasons of a failure, each with the block and its line.
fn reasons(report: &VerifyReport<'_>, at: usize) -> Vec<String> {
    let failures = verify_failures::of_file(report, at).into_iter();
    let in_words = |VerifyFailure { block, reason, .. }: VerifyFailure<'_>| {
        let Some(block) = block else { return reason };
        let name = block.feature.as_deref().map(|name| format!("`{}` in ", report.value("FEATURE", name)));
        format!("{}line {}: {reason}", name.unwrap_or_default(), block.line)
    };
    failures.map(in_words).collect()
}
