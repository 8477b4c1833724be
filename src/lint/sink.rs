//! Where all findings go: here alone levels and allowing comments apply, and their number is bounded.

use std::collections::{BTreeMap, HashSet};

use crate::diagnostic::{Brief, Diagnostic, Severity};
use crate::license::License;
use crate::source::{FileId, Span};

use super::allow::Allows;
use super::context::Options;
use super::level::Levels;
use super::rules::allows::more_findings;

/// Most findings on one file that are usually kept; the rest is counted.
pub const MAX_FINDINGS: usize = 1000;

/// How many findings of each severity.
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
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| diagnostics.iter().filter(|found| found.severity == severity).count();
        Self {
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }

    /// How many are of a severity or graver.
    #[must_use]
    pub fn at_least(self, severity: Severity) -> usize {
        match severity {
            Severity::Note => self.errors + self.warnings + self.notes,
            Severity::Warning => self.errors + self.warnings,
            Severity::Error => self.errors,
        }
    }

    /// Adds those of another file.
    pub fn add(&mut self, other: Self) {
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
    }
}

/// Takes in findings.
#[derive(Debug)]
pub struct Sink<'a> {
    levels: &'a Levels,
    most: usize,
    files: BTreeMap<FileId, File>,
}

#[derive(Debug, Default)]
struct File {
    allows: Allows,
    /// Offset of the end of the file.
    end: usize,
    /// Kept findings, by severity from notes to errors.
    kept: [Vec<Diagnostic>; 3],
    /// Beyond the limit, the first of each code of which none was kept: no kind of fault is lost behind many of another.
    firsts: Vec<Diagnostic>,
    /// The codes that were met.
    told: HashSet<&'static str>,
    /// How many findings of each severity were met.
    met: [usize; 3],
}

impl<'a> Sink<'a> {
    pub(super) fn new(licenses: &[&License], options: &'a Options) -> Self {
        let files = licenses.iter().map(|license| {
            let allows = Allows::read(license);
            let end = license.source.text().len();
            (license.source.id(), File { allows, end, ..File::default() })
        });
        Self { levels: &options.levels, most: options.most, files: files.collect() }
    }

    /// Takes a finding, unless its level or a comment in the file allows it.
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

    /// Counts a finding that was not kept whole.
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

    /// The findings, sorted, and how many were met.
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
            let first = self.told.insert(found.code.id);
            if kept.len() < most {
                kept.push(found);
            } else if first {
                self.firsts.push(found);
            }
        }
    }

    /// The gravest findings first, up to the limit, and of each other code the first; then how many there are more.
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
        let mut told: HashSet<&str> = all.iter().map(|found| found.code.id).collect();
        all.extend(cut.into_iter().filter(|found| told.insert(found.code.id)));
        if let Some(severity) = lost.filter(|_| all.len() < total) {
            all.push(more_findings::finding(id, Span::at(self.end), total - all.len(), severity));
        }
        all
    }
}
