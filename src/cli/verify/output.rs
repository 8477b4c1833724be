//! The output of `verify`: details of all blocks, one line for each file, JSON, or failures as findings.

use clap::ValueEnum;

use keywright_report::Sources;
use keywright_report::lint::github::Github;
use keywright_report::lint::sarif::Sarif;
use keywright_report::lint::{Outcome, Part, ReportFormat};
use keywright_report::verify::{VerifyReport, VerifySummary};
use keywright_report::verify_failures;
use keywright_report::verify_human::{self, Style};
use keywright_report::verify_json::JsonReport;
use keywright_report::verify_lines;
use keywright_report::verify_rules::verify_rules;
use keywright_syntax::diagnostic::Severity;
use keywright_syntax::source::SourceFile;

use super::super::{CliError, Console};
use super::inputs::VerifyInputs;

/// Number of files that are shown in detail. More files, and directories, are reported with one line for each file.
const MOST_IN_DETAIL: usize = 10;

/// Output formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Text
    Human,
    /// JSON, version 1
    Json,
    /// SARIF 2.1.0: failures for code scanning
    Sarif,
    /// GitHub Actions annotations: failures next to the changed lines
    Github,
}

impl Format {
    /// Returns true if the format refers to places in files.
    pub(super) fn has_places(self) -> bool {
        matches!(self, Self::Sarif | Self::Github)
    }
}

/// The output of a run.
pub(super) enum Output {
    /// All blocks.
    Details {
        /// True if there are several files.
        several: bool,
    },
    /// One line for each file. Failures are printed as they are found, and valid files after them.
    Lines {
        /// The lines of valid files; empty with `-q`.
        valid: Vec<String>,
    },
    /// JSON.
    Json(JsonReport),
    /// The failures as findings.
    Findings {
        /// The format.
        report: Box<dyn ReportFormat>,
        /// The totals for the end of the report.
        outcome: Outcome,
        /// True after the beginning of the report.
        is_begun: bool,
    },
}

impl Output {
    /// Chooses the output by the format and the number of files. `is_one_set` is true if all files are used together.
    pub(super) fn new(format: Format, is_one_set: bool, inputs: &VerifyInputs, io: &Console<'_>) -> Self {
        let files = inputs.items.len();
        let is_long = inputs.has_directory || files > MOST_IN_DETAIL;
        match format {
            Format::Json => Self::Json(JsonReport::new(is_one_set)),
            Format::Sarif => Self::findings(Box::new(Sarif::new("verify", verify_rules()))),
            Format::Github => Self::findings(Box::new(Github)),
            Format::Human if files > 1 && is_long && io.verbose == 0 && !is_one_set => {
                Self::Lines { valid: Vec::new() }
            }
            Format::Human => Self::Details { several: files > 1 },
        }
    }

    fn findings(report: Box<dyn ReportFormat>) -> Self {
        Self::Findings { report, outcome: Outcome::default(), is_begun: false }
    }

    /// Returns true if roles, draws and totals are shown.
    pub(super) fn needs_facts(&self) -> bool {
        matches!(self, Self::Details { .. } | Self::Json(_))
    }

    /// Writes the report on some files.
    pub(super) fn files(
        &mut self,
        report: &VerifyReport<'_>,
        sources: &[&SourceFile],
        io: &mut Console<'_>,
    ) -> Result<(), CliError> {
        let style = Style { color: io.color_out, failures_only: io.quiet };
        match self {
            Self::Details { several } => {
                verify_human::write_files(io.stdout, report, *several, style)?;
            }
            Self::Lines { valid } => {
                for line in verify_lines::lines(report, style) {
                    if line.has_failed {
                        io.stdout.write_all(line.text.as_bytes())?;
                    } else if !io.quiet {
                        valid.push(line.text);
                    }
                }
            }
            Self::Json(json) => {
                let text = json.files(report)?;
                io.stdout.write_all(text.as_bytes())?;
            }
            Self::Findings { report: format, outcome, is_begun } => {
                if !std::mem::replace(is_begun, true) {
                    io.stdout.write_all(format.head().as_bytes())?;
                }
                let findings = verify_failures::findings(report, sources);
                let sources = Sources::new(sources.iter().copied());
                let part =
                    Part { findings: &findings, sources: &sources, fails: Severity::Warning, entitled: None };
                io.stdout.write_all(format.part(&part).as_bytes())?;
                let unread = report.unread.iter();
                outcome.unread.extend(unread.map(|file| (file.name.to_owned(), file.reason.to_owned())));
            }
        }
        Ok(())
    }

    /// Writes the part after the files: the result.
    pub(super) fn end(self, summary: &VerifySummary, io: &mut Console<'_>) -> Result<(), CliError> {
        let style = Style { color: io.color_out, failures_only: io.quiet };
        let by_files = matches!(self, Self::Lines { .. });
        let text = match self {
            Self::Json(json) => json.end(summary)?,
            Self::Findings { mut report, outcome, .. } => report.tail(&outcome),
            Self::Details { .. } | Self::Lines { .. } if io.quiet && summary.exit_code == 0 => String::new(),
            Self::Details { .. } => verify_human::result(summary, by_files, style),
            Self::Lines { valid } => valid.concat() + &verify_human::result(summary, by_files, style),
        };
        io.stdout.write_all(text.as_bytes())?;
        Ok(())
    }
}
