//! The output of a run: findings, unreadable files, fixes and the summary.

use std::collections::BTreeSet;

use crate::{CliError, Console, Exit, print};
use keywright_lint as lint;
use keywright_report::escape::escape;
use keywright_report::lint::{Outcome, Part, ReportFormat};
use keywright_report::{Sources, counted};
use keywright_syntax::diagnostic::Severity;

use super::args::LintFormat;
use super::pipeline::{Done, FixedFile};

/// Writes the output while the run proceeds.
pub(super) struct Show {
    /// `None` for the human format.
    report: Option<Box<dyn ReportFormat>>,
    outcome: Outcome,
    /// Number of findings shown, and number that would be shown without a limit.
    drawn: usize,
    wanted: usize,
    /// The rules with findings, for `-v`.
    met: BTreeSet<&'static str>,
}

impl Show {
    pub(super) fn new(format: LintFormat, io: &mut Console<'_>) -> Result<Self, CliError> {
        let report = format.report();
        if let Some(report) = &report {
            write!(io.stdout, "{}", report.head())?;
        }
        Ok(Self { report, outcome: Outcome::default(), drawn: 0, wanted: 0, met: BTreeSet::new() })
    }

    /// Shows an error for a file that could not be read, searched or written.
    pub(super) fn unread(
        &mut self,
        stop: &CliError,
        name: Option<&str>,
        io: &mut Console<'_>,
    ) -> Result<Exit, CliError> {
        io.error(stop)?;
        let name = name.unwrap_or("keywright").to_owned();
        self.outcome.unread.push((name, stop.message.clone()));
        Ok(stop.exit)
    }

    /// Adds a set of files to the summary only.
    pub(super) fn count(&mut self, done: &Done) {
        self.outcome.tally.add(done.tally);
        self.outcome.files += done.sources.len();
    }

    /// Shows the findings of a set of files.
    pub(super) fn part(&mut self, done: &Done, io: &mut Console<'_>) -> Result<(), CliError> {
        self.count(done);
        let sources = Sources::new(done.sources.iter().map(|source| &**source));
        let Some(report) = &mut self.report else {
            // With `-q`, only findings that fail the run are shown, without the summary.
            let least = if io.quiet { done.fails.min(Severity::Error) } else { Severity::Note };
            let found: Vec<_> =
                done.found.iter().filter(|finding| finding.severity >= least).cloned().collect();
            let left = print::MOST.saturating_sub(self.drawn);
            self.met.extend(found.iter().map(|finding| finding.code.id));
            // The last line gives the number of omitted findings, so A004 is not shown.
            let found: Vec<_> = found.into_iter().filter(|finding| finding.code.id != "A004").collect();
            let drawn = found.get(..left).unwrap_or(&found);
            self.drawn += drawn.len();
            self.wanted += done.tally.at_least(least);
            return print::show_in(drawn, &sources, io);
        };
        let part = Part { findings: &done.found, sources: &sources, fails: done.fails };
        write!(io.stdout, "{}", report.part(&part))?;
        Ok(())
    }

    /// Writes the end of the report, or the summary.
    pub(super) fn end(mut self, io: &mut Console<'_>) -> Result<(), CliError> {
        if let Some(report) = &mut self.report {
            write!(io.stdout, "{}", report.tail(&self.outcome))?;
            return Ok(());
        }
        if self.wanted > self.drawn {
            writeln!(io.stderr, "… and {} more", self.wanted - self.drawn)?;
        }
        // No summary if no file could be read.
        if self.outcome.files > 0 || self.outcome.unread.is_empty() {
            if io.verbose > 0 {
                self.about(io)?;
            }
            io.note(&self.summary())?;
        }
        Ok(())
    }

    /// For `-v`: explains each rule with findings.
    fn about(&self, io: &mut Console<'_>) -> Result<(), CliError> {
        for rule in self.met.iter().filter_map(|id| lint::rule(id)) {
            let (id, name) = (rule.code.id, rule.code.name);
            writeln!(io.stderr, "{id} {name} checks for {}; more with `keywright explain {id}`", rule.what)?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let tally = self.outcome.tally;
        let counts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")];
        let parts: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| counted(*n, noun)).collect();
        let what = if parts.is_empty() { "no findings".to_owned() } else { parts.join(", ") };
        format!("{what} in {}", counted(self.outcome.files, "file"))
    }
}

/// Shows the number of fixes in a file, and of fixes skipped because of signatures.
pub(super) fn fixed(file: &FixedFile, only_shown: bool, io: &mut Console<'_>) -> Result<(), CliError> {
    let name = escape(file.old.name()).into_owned();
    let report = &file.report;
    if report.applied > 0 {
        let would = if only_shown { "would fix" } else { "fixed" };
        io.note(&format!("{would} {} in {name}", counted(report.applied, "finding")))?;
    }
    if report.withheld > 0 {
        let fixes =
            if report.withheld == 1 { "1 fix".to_owned() } else { format!("{} fixes", report.withheld) };
        io.note(&format!(
            "{name}: {fixes} skipped because the block is signed; apply them with `--unsafe-fixes`, then sign the block \
             again"
        ))?;
    }
    if report.unproven {
        io.note(&format!(
            "{name}: damage by mail or an editor can be undone, but the KEYs of the result cannot be verified; give the \
             vendor's trust store with `--trust`"
        ))?;
    }
    if !report.unsigned.is_empty() {
        let names: Vec<String> = report.unsigned.iter().map(|name| format!("`{}`", escape(name))).collect();
        let blocks = if names.len() == 1 { "block" } else { "blocks" };
        // Warnings are shown even with `-q`.
        writeln!(
            io.stderr,
            "warning: {name}: {blocks} {} changed and must be signed again",
            names.join(", ")
        )?;
    }
    Ok(())
}
