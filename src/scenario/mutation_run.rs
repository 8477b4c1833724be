//! Mutation testing: runs scenarios against mutated licenses and reports the mutations that no scenario detects.

use keywright_license::License;
use keywright_lint::Options;
use keywright_syntax::source::SourceFile;

use super::load::{Loaded, lints};
use super::model::ScenarioFile;
use super::mutants::{Mutant, mutants};
use super::parts::Parts;

pub use keywright_syntax::limits::MAX_MUTANTS;

/// The result of mutation testing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mutation {
    /// Number of possible mutations.
    pub possible: usize,
    /// Number of mutations that were run.
    pub played: usize,
    /// Number of mutations that a scenario detected.
    pub noticed: usize,
    /// Number of mutations that make the license unreadable or cause lint errors. Scenarios need not detect them.
    pub unreadable: usize,
    /// Mutations that no scenario detected, in file order.
    pub survivors: Vec<Mutant>,
    /// Mutations that provably have no effect, with the proof.
    pub equivalent: Vec<(Mutant, &'static str)>,
}

/// Mutates the licenses of scenario files in one location at a time and runs the scenarios. `loaded` contains the
/// licenses that each of the files names. `wanted` selects scenarios by name.
#[must_use]
pub fn mutate(files: &[&ScenarioFile], loaded: &Loaded, wanted: &impl Fn(&str) -> bool) -> Mutation {
    let Loaded { licenses, model, lint } = loaded;
    let all: Vec<Mutant> =
        licenses.iter().enumerate().flat_map(|(index, license)| mutants(index, license)).collect();
    let parts = Parts::new(licenses, files, wanted);
    let possible = all.len();
    let every = possible.div_ceil(MAX_MUTANTS).max(1);
    let mut mutation = Mutation { possible, ..Mutation::default() };
    for mutant in all.into_iter().step_by(every) {
        mutation.played += 1;
        match parts.notice(&mutant) {
            None => mutation.unreadable += 1,
            Some(true) => mutation.noticed += 1,
            Some(false) if !still_lints(&mutant, licenses, lint.as_ref()) => mutation.unreadable += 1,
            Some(false) => match mutant.cannot_matter(model) {
                Some(proof) => mutation.equivalent.push((mutant, proof)),
                None => mutation.survivors.push(mutant),
            },
        }
    }
    mutation
}

/// Returns true if the mutated license has no lint errors. Only called for mutations that no scenario detected.
fn still_lints(mutant: &Mutant, licenses: &[License], lint: Option<&Options>) -> bool {
    let (Some(options), Some(original)) = (lint, licenses.get(mutant.license)) else { return true };
    let changed = changed(mutant, original);
    let others = licenses.iter().enumerate();
    let all: Vec<&License> =
        others.map(|(index, other)| if index == mutant.license { &changed } else { other }).collect();
    lints(&all, options)
}

fn changed(mutant: &Mutant, original: &License) -> License {
    let text = mutant.apply(original.source.text()).into_bytes();
    License::parse(SourceFile::from_bytes(original.source.id(), original.source.name(), text))
}
