//! Collection of findings. Applies levels and `allow` comments, and limits the number of findings.

use std::collections::{BTreeMap, HashSet};

use keywright_license::License;
use keywright_syntax::diagnostic::{Brief, Diagnostic, Severity};
use keywright_syntax::source::{FileId, Span};

use super::allow_findings;
use super::level::Levels;
use super::options::Options;
use super::suppressions::Suppressions;

/// Number of findings by severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Tally {
    /// Counts findings.
    #[must_use]
    pub fn count(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| diagnostics.iter().filter(|found| found.severity == severity).count();
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }

    /// Number of findings with at least the given severity.
    #[must_use]
    pub fn at_least(self, severity: Severity) -> usize {
        match severity {
            Severity::Note => self.errors + self.warnings + self.notes,
            Severity::Warning => self.errors + self.warnings,
            Severity::Error => self.errors,
        }
    }

    /// Adds the counts of another file.
    pub fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
    }

    /// Takes away findings that were counted.
    pub fn remove(&mut self, other: Self) {
        self.errors = self.errors.saturating_sub(other.errors);
        self.warnings = self.warnings.saturating_sub(other.warnings);
        self.notes = self.notes.saturating_sub(other.notes);
    }
}

/// Collects findings.
#[derive(Debug)]
pub struct Sink<'a> {
    levels: &'a Levels,
    most: usize,
    files: BTreeMap<FileId, File>,
}

#[derive(Debug, Default)]
struct File {
    allows: Suppressions,
    /// Offset of the end of the file.
    end: usize,
    /// Kept findings by severity, from notes to errors.
    kept: [Vec<Diagnostic>; 3],
    /// Beyond the limit: the first finding of each code that has none in `kept`.
    firsts: Vec<Diagnostic>,
    /// The codes seen so far.
    reported: HashSet<&'static str>,
    /// Number of findings by severity, including those not kept.
    met: [usize; 3],
}

impl<'a> Sink<'a> {
    /// Creates the sink of some licenses, each with the `allow` comments in it.
    pub(super) fn new(
        licenses: impl IntoIterator<Item = (&'a License, Suppressions)>,
        options: &'a Options,
    ) -> Self {
        let files = licenses.into_iter().map(|(license, allows)| {
            let end = license.source.text().len();
            (license.source.id(), File { allows, end, ..File::default() })
        });
        Self { levels: &options.levels, most: options.most, files: files.collect() }
    }

    /// Adds a finding unless its level or a comment in the file allows it.
    pub fn push(&mut self, mut found: Diagnostic) {
        let file = self.files.entry(found.primary.file).or_default();
        if file.allows.allow(found.code, found.primary.span) {
            return;
        }
        if let Some(severity) = self.levels.apply(found.code, found.severity) {
            found.severity = severity;
            file.keep(found, self.most);
        }
    }

    /// Counts a finding of which the parser kept only the code and span.
    pub(super) fn count(&mut self, id: FileId, found: &Brief) {
        let file = self.files.entry(id).or_default();
        if file.allows.allow(found.code, found.span) {
            return;
        }
        if let Some(severity) = self.levels.apply(found.code, found.code.severity)
            && let Some(met) = file.met.get_mut(severity as usize)
        {
            *met += 1;
        }
    }

    /// Returns the sorted findings and the total numbers.
    pub(super) fn finish(mut self) -> (Vec<Diagnostic>, Tally) {
        let mut all = Vec::new();
        let mut sum = Tally::default();
        for (id, mut file) in std::mem::take(&mut self.files) {
            for mut found in file.allows.findings(id) {
                if let Some(severity) = self.levels.apply(found.code, found.severity) {
                    found.severity = severity;
                    file.keep(found, self.most);
                }
            }
            let [notes, warnings, errors] = file.met;
            sum.add(Tally { errors, warnings, notes });
            all.extend(file.finish(id, self.most));
        }
        all.sort_by_key(Diagnostic::order);
        (all, sum)
    }
}

impl File {
    fn keep(&mut self, found: Diagnostic, most: usize) {
        let rank = found.severity as usize;
        if let (Some(met), Some(kept)) = (self.met.get_mut(rank), self.kept.get_mut(rank)) {
            *met += 1;
            let first = self.reported.insert(found.code.id);
            if kept.len() < most {
                kept.push(found);
            } else if first {
                self.firsts.push(found);
            }
        }
    }

    /// Returns the most severe findings up to the limit, the first finding of each missing code, and a finding that counts
    /// the rest.
    fn finish(self, id: FileId, most: usize) -> Vec<Diagnostic> {
        let total: usize = self.met.iter().sum();
        let mut lost: Option<Severity> = None;
        let (mut all, mut cut) = (Vec::new(), self.firsts);
        let severities = [Severity::Note, Severity::Warning, Severity::Error];
        for ((mut kept, met), severity) in self.kept.into_iter().zip(self.met).zip(severities).rev() {
            let rest = kept.split_off(kept.len().min(most - all.len()));
            if kept.len() < met {
                lost = lost.max(Some(severity));
            }
            all.extend(kept);
            cut.extend(rest);
        }
        let mut reported: HashSet<&str> = all.iter().map(|found| found.code.id).collect();
        all.extend(cut.into_iter().filter(|found| reported.insert(found.code.id)));
        if let Some(severity) = lost.filter(|_| all.len() < total) {
            all.push(allow_findings::more_findings(id, Span::at(self.end), total - all.len(), severity));
        }
        all
    }
}
