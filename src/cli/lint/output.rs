//! The output of a run: findings, unreadable files, fixes and the summary.

use std::collections::BTreeSet;

use crate::atomic_file::AtomicFile;
use crate::{CliError, Console, Exit, files, print};
use keywright_lint as lint;
use keywright_report::escape::escape;
use keywright_report::lint::baseline::BaselineOutcome;
use keywright_report::lint::statistics::Statistics;
use keywright_report::lint::{Outcome, Part, ReportFormat, files_with_findings};
use keywright_report::{Sources, counted};
use keywright_syntax::diagnostic::Severity;

use super::args::Args;
use super::baseline;
use super::pipeline::{Done, FixedFile};

/// Writes the output while the run proceeds.
pub(super) struct Show {
    /// `None` for the human format.
    report: Option<Box<dyn ReportFormat>>,
    /// The file of `--output`.
    file: Option<AtomicFile>,
    outcome: Outcome,
    /// Number of findings shown, and number that would be shown without a limit.
    drawn: usize,
    wanted: usize,
    /// The rules with findings, for `-v`.
    met: BTreeSet<&'static str>,
}

impl Show {
    pub(super) fn new(args: &Args, io: &mut Console<'_>) -> Result<Self, CliError> {
        let report = args.format.report();
        let file = args.output.as_deref().map(files::begin).transpose()?;
        let statistics = args.statistics.then(Statistics::default);
        let outcome = Outcome { statistics, ..Outcome::default() };
        let mut show = Self { report, file, outcome, drawn: 0, wanted: 0, met: BTreeSet::new() };
        if let Some(head) = show.report.as_ref().map(|report| report.head()) {
            show.put(&head, io)?;
        }
        Ok(show)
    }

    /// Writes a part of a report for programs.
    fn put(&mut self, text: &str, io: &mut Console<'_>) -> Result<(), CliError> {
        match &mut self.file {
            Some(file) => file.put(text.as_bytes()),
            None => Ok(io.stdout.write_all(text.as_bytes())?),
        }
    }

    /// Writes a part of the report for people: to standard error, or without colours to the file.
    fn tell(
        &mut self,
        io: &mut Console<'_>,
        write: impl FnOnce(&mut Console<'_>) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let Some(file) = &mut self.file else { return write(io) };
        let mut text = Vec::new();
        write(&mut Console {
            stderr: &mut text,
            color_err: false,
            stdin: io.stdin,
            stdout: io.stdout,
            config: io.config.clone(),
            ..*io
        })?;
        file.put(&text)
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
        self.outcome.files_with_findings += files_with_findings(&done.found);
        if let Some(statistics) = &mut self.outcome.statistics {
            statistics.add(&done.found);
        }
    }

    /// Shows the findings of a set of files.
    pub(super) fn part(&mut self, done: &Done, io: &mut Console<'_>) -> Result<(), CliError> {
        self.count(done);
        let sources = Sources::new(done.sources.iter().map(|source| &**source));
        if let Some(report) = &mut self.report {
            let entitled = done.entitled.as_ref();
            let part = Part { findings: &done.found, sources: &sources, fails: done.fails, entitled };
            let text = report.part(&part);
            return self.put(&text, io);
        }
        // With `-q`, only findings that fail the run are shown, without the summary.
        let least = if io.quiet { done.fails.min(Severity::Error) } else { Severity::Note };
        let found: Vec<_> = done.found.iter().filter(|finding| finding.severity >= least).cloned().collect();
        self.met.extend(found.iter().map(|finding| finding.code.id));
        if self.outcome.statistics.is_some() {
            return Ok(());
        }
        let left = print::MOST.saturating_sub(self.drawn);
        // The last line gives the number of omitted findings, so A004 is not shown.
        let found: Vec<_> = found.into_iter().filter(|finding| finding.code.id != "A004").collect();
        let drawn = found.get(..left).unwrap_or(&found);
        self.drawn += drawn.len();
        self.wanted += done.tally.at_least(least);
        self.tell(io, |io| print::show_in(drawn, &sources, io))
    }

    /// Writes the end of the report, and the summary. Returns true if all files could be read.
    pub(super) fn end(
        mut self,
        baseline: Option<BaselineOutcome>,
        io: &mut Console<'_>,
    ) -> Result<bool, CliError> {
        self.outcome.baseline = baseline;
        let is_complete = self.outcome.unread.is_empty();
        let tail = self.report.as_mut().map(|report| report.tail(&self.outcome));
        // No summary if no file could be read.
        let summary = (self.outcome.files > 0 || is_complete).then(|| self.summary());
        match &tail {
            Some(tail) => self.put(tail, io)?,
            None => {
                let end = self.human_end(summary.as_deref(), io);
                self.tell(io, |io| Ok(io.stderr.write_all(end.as_bytes())?))?;
            }
        }
        let is_in_file = self.file.is_some();
        if let Some(file) = self.file {
            file.finish()?;
        }
        if let Some(summary) = summary.filter(|_| is_in_file) {
            io.note(&summary)?;
        }
        if let Some(known) = baseline {
            io.note(&baseline::line(known))?;
        }
        Ok(is_complete)
    }

    /// Returns the end of the report for people: what was omitted, numbers, explanations with `-v`, and the summary.
    fn human_end(&self, summary: Option<&str>, io: &Console<'_>) -> String {
        let mut text = String::new();
        if self.wanted > self.drawn {
            text.push_str(&format!("… and {} more\n", self.wanted - self.drawn));
        }
        if let Some(statistics) = &self.outcome.statistics {
            text.push_str(&statistics.table());
        }
        if let Some(summary) = summary.filter(|_| !io.quiet) {
            if io.verbose > 0 {
                text.push_str(&self.about());
            }
            text.push_str(&format!("{summary}\n"));
        }
        text
    }

    /// For `-v`: explains each rule with findings.
    fn about(&self) -> String {
        let rules = self.met.iter().filter_map(|id| lint::rule(id));
        let line = |rule: &lint::Rule| {
            let (id, name) = (rule.code.id, rule.code.name);
            format!("{id} {name} checks for {}; more with `keywright explain {id}`\n", rule.summary)
        };
        rules.map(line).collect()
    }

    fn summary(&self) -> String {
        let Outcome { tally, files, files_with_findings: with, baseline, .. } = &self.outcome;
        let counts = [(tally.errors, "error"), (tally.warnings, "warning"), (tally.notes, "note")];
        let parts: Vec<String> =
            counts.iter().filter(|(n, _)| *n > 0).map(|(n, noun)| counted(*n, noun)).collect();
        let new = if baseline.is_some() { "new " } else { "" };
        let total = counted(*files, "file");
        match (parts.is_empty(), *files) {
            (true, _) => format!("no {new}findings in {total}"),
            (false, 1) => format!("{} in {total}", parts.join(", ")),
            (false, _) => format!("{} in {with} of {total}", parts.join(", ")),
        }
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
