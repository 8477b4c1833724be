//! Plays scenarios on changed licenses: what changes does nobody notice?

use crate::license::License;
use crate::lint::Options;
use crate::resolve::Model;
use crate::source::SourceFile;

use super::load::{Loaded, check, lints};
use super::model::ScenarioFile;
use super::mutate::{Mutant, mutants};
use super::run::holds;

/// Most changes that are played; of more, these many are taken evenly.
pub const MAX_MUTANTS: usize = 2_000;

/// What playing changed licenses came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mutation {
    /// Changes that there are.
    pub possible: usize,
    /// Changes that were played.
    pub played: usize,
    /// Changes that a scenario noticed.
    pub noticed: usize,
    /// Changes that make the license one that does not read or does not lint: no scenario has to notice them.
    pub unreadable: usize,
    /// Changes that no scenario notices, in file order.
    pub survivors: Vec<Mutant>,
    /// Changes that no scenario notices because nothing can, each with the proof in words.
    pub equivalent: Vec<(Mutant, &'static str)>,
}

/// Changes the licenses of some scenario files, one place at a time, and plays them all. `loaded` is what each of
/// the files names. Only scenarios that `wanted` says yes to play.
#[must_use]
pub fn mutate(files: &[&ScenarioFile], loaded: &Loaded, wanted: &impl Fn(&str) -> bool) -> Mutation {
    let Loaded { licenses, model, lint } = loaded;
    let all: Vec<Mutant> =
        licenses.iter().enumerate().flat_map(|(index, license)| mutants(index, license)).collect();
    let possible = all.len();
    let every = possible.div_ceil(MAX_MUTANTS).max(1);
    let mut mutation = Mutation { possible, ..Mutation::default() };
    for mutant in all.into_iter().step_by(every) {
        mutation.played += 1;
        match play(&mutant, files, licenses, wanted) {
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

/// Whether the changed license lints: nobody proves one that does not. Asked only of changes that no scenario notices.
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
    License::read(SourceFile::from_bytes(original.source.id(), original.source.name(), text))
}

/// Whether a scenario notices; `None` if the changed license does not read.
fn play(
    mutant: &Mutant,
    files: &[&ScenarioFile],
    licenses: &[License],
    wanted: &impl Fn(&str) -> bool,
) -> Option<bool> {
    let original = licenses.get(mutant.license)?;
    let changed = changed(mutant, original);
    if changed.has_errors() {
        return None;
    }
    let others = licenses.iter().enumerate();
    let changed = others.map(|(index, other)| if index == mutant.license { &changed } else { other });
    let model = Model::compile(changed).ok()?;
    Some(files.iter().any(|file| !check(file, &model).is_empty() || !holds(file, &model, wanted)))
}
