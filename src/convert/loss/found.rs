//! The losses that a conversion found, each with its place.

use std::collections::{BTreeMap, BTreeSet};

use keywright_syntax::diagnostic::{Diagnostic, Severity};
use keywright_syntax::source::{FileId, Span};

use super::kind::{Effect, Loss};

/// Number of losses of one code that are kept with their place. The others are only counted.
const MOST_OF_A_CODE: usize = 1000;

/// A place in one of the source files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// The text.
    pub span: Span,
}

impl Place {
    /// Creates a place.
    #[must_use]
    pub fn new(file: FileId, span: Span) -> Self {
        Self { file, span }
    }
}

/// A loss at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The kind of loss.
    pub loss: &'static Loss,
    /// The place.
    pub place: Place,
    /// A sentence about the source. Contains text of the source: escape it for a terminal.
    pub source: String,
    /// A sentence about the result. May contain text of the source.
    pub result: String,
    /// True if the loss changes what can be run, and its code was accepted.
    pub accepted: bool,
}

impl Found {
    /// Returns true if nothing may be written because of this loss.
    #[must_use]
    pub fn refuses(&self) -> bool {
        match self.loss.effect {
            Effect::Grants => !self.accepted,
            Effect::Question | Effect::Unreadable => true,
            Effect::Cosmetic | Effect::Broken => false,
        }
    }

    /// Returns the loss as a finding for the usual reports.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let code = &self.loss.code;
        let mut found = Diagnostic::new(code, self.place.file, self.place.span, self.source.clone());
        if self.accepted {
            found.severity = Severity::Warning;
        }
        let help = match self.loss.effect {
            Effect::Grants if !self.accepted => {
                format!("{}; if that is acceptable, add `--accept {}`", self.result, code.id)
            }
            Effect::Grants | Effect::Cosmetic => self.result.clone(),
            Effect::Unreadable if self.result != self.loss.result => self.result.clone(),
            Effect::Question | Effect::Broken | Effect::Unreadable => self.loss.advice.to_owned(),
        };
        found.help(help)
    }
}

/// Number of losses of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// The kind of loss.
    pub loss: &'static Loss,
    /// The number of places.
    pub count: usize,
}

/// The losses of a conversion, in the order in which they were found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    accepted: BTreeSet<&'static str>,
    found: Vec<Found>,
    counts: BTreeMap<&'static str, Tally>,
}

impl Report {
    /// Creates an empty report. Losses with one of these codes are accepted.
    #[must_use]
    pub fn new(accepted: &[&'static Loss]) -> Self {
        Self { accepted: accepted.iter().map(|loss| loss.code.id).collect(), ..Self::default() }
    }

    /// Adds a loss with the sentences of its kind.
    pub fn add(&mut self, loss: &'static Loss, place: Place) {
        self.add_with(loss, place, loss.source.to_owned(), loss.result.to_owned());
    }

    /// Adds a loss with a sentence about the source.
    pub fn add_found(&mut self, loss: &'static Loss, place: Place, source: impl Into<String>) {
        self.add_with(loss, place, source.into(), loss.result.to_owned());
    }

    /// Adds a loss with a sentence about the source and one about the result.
    pub fn add_with(&mut self, loss: &'static Loss, place: Place, source: String, result: String) {
        let tally = self.counts.entry(loss.code.id).or_insert(Tally { loss, count: 0 });
        tally.count += 1;
        if tally.count <= MOST_OF_A_CODE {
            let accepted = loss.effect == Effect::Grants && self.accepted.contains(loss.code.id);
            self.found.push(Found { loss, place, source, result, accepted });
        }
    }

    /// Adds a loss, but only once for each code: for what applies to a whole source.
    pub fn once(&mut self, loss: &'static Loss, place: Place, source: impl Into<String>) {
        if !self.has(loss) {
            self.add_found(loss, place, source);
        }
    }

    /// Returns true if a loss of this kind was found.
    #[must_use]
    pub fn has(&self, loss: &Loss) -> bool {
        self.counts.contains_key(loss.code.id)
    }

    /// Returns true if nothing may be written.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.found.iter().any(Found::refuses)
    }

    /// Returns true if a part of the source could not be read.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.counts.values().any(|tally| tally.loss.effect == Effect::Broken)
    }

    /// Returns true if the source as a whole could not be read.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.counts.values().any(|tally| tally.loss.effect == Effect::Unreadable)
    }

    /// Returns the losses by place; at most 1000 of each code.
    #[must_use]
    pub fn found(&self) -> Vec<&Found> {
        let mut all: Vec<&Found> = self.found.iter().collect();
        all.sort_by_key(|found| (found.place, found.loss.code.id));
        all
    }

    /// Returns the number of losses of each code.
    pub fn tallies(&self) -> impl Iterator<Item = Tally> {
        self.counts.values().copied()
    }
}
