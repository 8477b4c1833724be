//! License files of an analysis: read, linted and compiled.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;

use keywright_analysis::LicenseSet;
use keywright_license::{Feature, License};
use keywright_lint as lint;
use keywright_resolve::Model;
use keywright_resolve::graph::{Graph, Metrics};
use keywright_syntax::diagnostic::Diagnostic;

use super::{CliError, Console, files, print};

/// Licenses with the model of the blocks that have no errors.
pub(super) struct Licenses {
    pub(super) licenses: Vec<License>,
    pub(super) model: Model,
    /// The lint errors.
    pub(super) errors: Vec<Diagnostic>,
}

impl Licenses {
    /// Reads files as one license.
    ///
    /// # Errors
    /// Returns an error if a file cannot be read.
    pub(super) fn read(paths: &[PathBuf], at: Date, io: &mut Console<'_>) -> Result<Self, CliError> {
        let sources = paths.iter().enumerate().map(|(id, path)| files::source(path, id, io));
        let licenses = sources.map(|source| source.map(License::parse)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::new(licenses, at))
    }

    /// Lints and compiles licenses.
    pub(super) fn new(licenses: Vec<License>, at: Date) -> Self {
        let errors = lint_errors(&licenses, at);
        Self::compiled(licenses, errors)
    }

    /// Compiles licenses. They are linted only if a block cannot be read or compiled.
    pub(super) fn unlinted(licenses: Vec<License>, at: Date) -> Self {
        let is_sound = !licenses.iter().any(License::has_errors) && Model::compile(&licenses).is_ok();
        let errors = if is_sound { Vec::new() } else { lint_errors(&licenses, at) };
        Self::compiled(licenses, errors)
    }

    /// The licenses with their model, to compare them.
    pub(super) fn set(&self) -> LicenseSet<'_> {
        LicenseSet { licenses: &self.licenses, model: &self.model }
    }

    fn compiled(licenses: Vec<License>, errors: Vec<Diagnostic>) -> Self {
        let all: Vec<&License> = licenses.iter().collect();
        // A cycle or a chain that is too long stops the compilation; then the blocks that are part of it are omitted.
        let model = Model::compile(&licenses).unwrap_or_else(|_| {
            let graph = Graph::new(&all);
            Model::of_graph(&graph, &Metrics::new(&graph))
        });
        Self { licenses, model, errors }
    }

    /// Shows the lint errors on stderr. Returns true if there are any.
    ///
    /// # Errors
    /// Returns an error if stderr cannot be written.
    pub(super) fn show_errors(&self, io: &mut Console<'_>) -> Result<bool, CliError> {
        if !self.errors.is_empty() {
            print::show(&self.errors, &self.licenses.iter().collect::<Vec<_>>(), io)?;
        }
        Ok(!self.errors.is_empty())
    }

    /// Returns a note if no block is in force on a day; `None` if one is, or if there are no blocks.
    pub(super) fn out_of_force(&self, at: Date) -> Option<String> {
        let blocks = || self.licenses.iter().flat_map(|license| &license.features);
        let start = |feature: &Feature| feature.start.map_or(Date::MIN, |start| start.value);
        let end = |feature: &Feature| feature.end.map_or(Date::MAX, |end| end.value);
        if blocks().next().is_none() || blocks().any(|block| start(block) <= at && at <= end(block)) {
            return None;
        }
        let next = blocks().map(start).filter(|start| *start > at).min();
        let last = blocks().map(end).filter(|end| *end < at).max();
        Some(match (next, last) {
            (Some(next), _) => format!("note: no block is in force on {at}; the next one starts on {next}"),
            (None, Some(last)) => format!("note: no block is in force on {at}; the last one ended on {last}"),
            (None, None) => format!("note: no block is in force on {at}"),
        })
    }

    /// Shows the note of [`Self::out_of_force`].
    ///
    /// # Errors
    /// Returns an error if stderr cannot be written.
    pub(super) fn note_dates(&self, at: Date, io: &mut Console<'_>) -> Result<(), CliError> {
        self.out_of_force(at).map_or(Ok(()), |note| Ok(io.note(&note)?))
    }

    /// The models of the single vendors; empty if there is only one.
    pub(super) fn by_vendor(&self) -> Vec<(String, Model)> {
        let blocks = || {
            let numbered = self.licenses.iter().enumerate();
            numbered
                .flat_map(|(at, license)| license.features.iter().map(move |feature| (at, license, feature)))
        };
        let vendors: BTreeSet<&str> = blocks()
            .filter_map(|(_, _, feature)| feature.vendor.as_ref().map(|it| it.value.as_str()))
            .collect();
        if vendors.len() < 2 {
            return Vec::new();
        }
        let part = |vendor: &str| {
            let own = blocks().filter(|(_, _, feature)| {
                feature.vendor.as_ref().is_some_and(|it| it.value.as_str() == vendor)
            });
            Some((vendor.to_owned(), Model::compile_blocks(own).ok()?))
        };
        vendors.into_iter().filter_map(part).collect()
    }
}

fn lint_errors(licenses: &[License], at: Date) -> Vec<Diagnostic> {
    let all: Vec<&License> = licenses.iter().collect();
    lint::lint(&all, &lint::Options::at(at)).into_iter().filter(Diagnostic::is_error).collect()
}
