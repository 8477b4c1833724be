//! Splits licenses into independent parts: sets of names that are connected by dependencies or REPLACES. Only scenarios
//! that request a name of a part can detect a change of its blocks, and these scenarios need only the blocks of the
//! parts that they request. So the cost of a mutation depends on the size of its part, not of the license.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use keywright_license::{License, Replaces};
use keywright_resolve::Model;
use keywright_syntax::diagnostic::Edit;
use keywright_syntax::effort;
use keywright_syntax::source::SourceFile;

use super::load::check_some;
use super::model::{Change, Scenario, ScenarioFile, Verb};
use super::mutants::Mutant;
use super::run::all_pass;

/// A block: the index of the license and of the feature in it.
type BlockAt = (usize, usize);

/// The parts of licenses, with the scenarios that request them.
pub(super) struct Parts<'a> {
    licenses: &'a [License],
    files: &'a [&'a ScenarioFile],
    by_name: HashMap<&'a str, usize>,
    /// The blocks of each part.
    blocks: Vec<Vec<BlockAt>>,
    /// The scenarios that request each part: the index of the file and of the scenario in it.
    askers: Vec<Vec<(usize, usize)>>,
}

impl<'a> Parts<'a> {
    /// Splits licenses into parts. Only scenarios selected by `wanted` are considered.
    pub(super) fn new(
        licenses: &'a [License],
        files: &'a [&'a ScenarioFile],
        wanted: &impl Fn(&str) -> bool,
    ) -> Self {
        let by_name = join(licenses);
        let count = by_name.values().max().map_or(0, |last| last + 1);
        let mut blocks = vec![Vec::new(); count];
        for (index, license) in licenses.iter().enumerate() {
            for (number, feature) in license.features.iter().enumerate() {
                let part = by_name.get(feature.name.value.as_str());
                part.and_then(|part| blocks.get_mut(*part))
                    .into_iter()
                    .for_each(|all| all.push((index, number)));
            }
        }
        let mut parts = Self { licenses, files, by_name, blocks, askers: vec![Vec::new(); count] };
        for (index, file) in files.iter().enumerate() {
            for (number, scenario) in file.scenarios.iter().enumerate() {
                if wanted(&scenario.name.value) {
                    for part in parts.parts_of(scenario) {
                        let all = parts.askers.get_mut(part);
                        all.into_iter().for_each(|all| all.push((index, number)));
                    }
                }
            }
        }
        parts
    }

    /// Returns the parts that a scenario requests.
    fn parts_of(&self, scenario: &Scenario) -> BTreeSet<usize> {
        let names = names_of(scenario);
        effort::spend_on(names.len());
        names.into_iter().filter_map(|name| self.by_name.get(name).copied()).collect()
    }

    /// Returns true if a scenario detects a mutation, or `None` if the mutated license cannot be parsed.
    pub(super) fn notice(&self, mutant: &Mutant) -> Option<bool> {
        let changed = self.changed_blocks(mutant)?;
        let names = changed.values().flat_map(|license| &license.features).map(|it| it.name.value.as_str());
        let touched: BTreeSet<usize> = names.filter_map(|name| self.by_name.get(name).copied()).collect();
        let askers: BTreeSet<(usize, usize)> =
            touched.iter().filter_map(|part| self.askers.get(*part)).flatten().copied().collect();
        let scenarios = |index: usize| {
            let of_file = askers.range((index, 0)..=(index, usize::MAX));
            let scenarios = self.files.get(index).map(|file| file.scenarios.as_slice()).unwrap_or_default();
            of_file.filter_map(move |(_, number)| scenarios.get(*number))
        };
        let mut needed = touched.clone();
        for (index, _) in self.files.iter().enumerate() {
            needed.extend(scenarios(index).flat_map(|scenario| self.parts_of(scenario)));
        }
        let model = self.compile(&needed, &changed)?;
        let fails = |(index, file): (usize, &&ScenarioFile)| {
            let is_unfit = !check_some(file, &model, scenarios(index)).is_empty();
            is_unfit || !all_pass(file, &model, scenarios(index))
        };
        let asking: BTreeSet<usize> = askers.iter().map(|(file, _)| *file).collect();
        Some(asking.into_iter().filter_map(|index| Some((index, self.files.get(index)?))).any(fails))
    }

    /// Returns the blocks that a mutation changes, parsed again; `None` if one of them has an error.
    fn changed_blocks(&self, mutant: &Mutant) -> Option<HashMap<BlockAt, License>> {
        let license = self.licenses.get(mutant.license)?;
        let mut edits: HashMap<usize, Vec<&Edit>> = HashMap::new();
        for edit in &mutant.edits {
            let after = license.features.partition_point(|feature| feature.span.start <= edit.span.start);
            edits.entry(after.checked_sub(1)?).or_default().push(edit);
        }
        let mut changed = HashMap::new();
        for (number, edits) in edits {
            let span = license.features.get(number)?.span;
            let mut text = license.source.slice(span).to_owned();
            for edit in edits.into_iter().rev() {
                let start = edit.span.start.checked_sub(span.start)? as usize;
                text.replace_range(start..start + edit.span.len(), &edit.replacement);
            }
            let source =
                SourceFile::from_bytes(license.source.id(), license.source.name(), text.into_bytes());
            let read = License::parse(source);
            if read.has_errors() || read.features.len() != 1 {
                return None;
            }
            changed.insert((mutant.license, number), read);
        }
        Some(changed)
    }

    /// Returns the blocks of some parts, with the changed blocks in place of the originals.
    fn compile(&self, parts: &BTreeSet<usize>, changed: &HashMap<BlockAt, License>) -> Option<Model> {
        let mut places: Vec<BlockAt> =
            parts.iter().filter_map(|part| self.blocks.get(*part)).flatten().copied().collect();
        places.sort_unstable();
        effort::spend_on(places.len());
        let blocks = places.into_iter().filter_map(|(index, number)| {
            let (license, number) = match changed.get(&(index, number)) {
                Some(changed) => (changed, 0),
                None => (self.licenses.get(index)?, number),
            };
            Some((index, license, license.features.get(number)?))
        });
        Model::compile_blocks(blocks).ok()
    }
}

/// Returns the part of each name.
fn join(licenses: &[License]) -> HashMap<&str, usize> {
    let mut joined = Joined::default();
    let mut by_key: HashMap<Cow<'_, str>, &str> = HashMap::new();
    for view in licenses.iter().flat_map(License::views) {
        if let Some(key) = view.key() {
            by_key.entry(key).or_insert(view.name().as_str());
        }
    }
    let features = || licenses.iter().flat_map(|license| &license.features);
    for feature in features() {
        let name = joined.number(feature.name.value.as_str());
        let replaced = feature.terms().replaces.as_ref().and_then(|replaces| match &replaces.value {
            Replaces::Feature(name) => Some(name.as_str()),
            Replaces::Key(key) => by_key.get(key.as_str()).copied(),
        });
        let needed = feature.dependencies.iter().map(|dependency| dependency.feature.value.as_str());
        for other in needed.chain(replaced) {
            let other = joined.number(other);
            joined.join(name, other);
        }
    }
    joined.parts()
}

/// Disjoint sets of names (union-find): each name points to another name of its set, and the root to itself.
#[derive(Default)]
struct Joined<'a> {
    numbers: HashMap<&'a str, usize>,
    next: Vec<usize>,
}

impl<'a> Joined<'a> {
    fn number(&mut self, name: &'a str) -> usize {
        let number = *self.numbers.entry(name).or_insert(self.next.len());
        if number == self.next.len() {
            self.next.push(number);
        }
        number
    }

    fn first(&mut self, mut at: usize) -> usize {
        while let Some(next) = self.next.get(at).copied().filter(|next| *next != at) {
            effort::spend(1);
            // Path halving: each lookup shortens the path for the next one.
            let further = self.next.get(next).copied().unwrap_or(next);
            self.next.iter_mut().skip(at).take(1).for_each(|it| *it = further);
            at = further;
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        self.next.iter_mut().skip(one.max(other)).take(1).for_each(|it| *it = one.min(other));
    }

    fn parts(mut self) -> HashMap<&'a str, usize> {
        let names: Vec<(&str, usize)> = self.numbers.iter().map(|(name, number)| (*name, *number)).collect();
        let mut dense: HashMap<usize, usize> = HashMap::new();
        let mut parts = HashMap::new();
        for (name, number) in names {
            let first = self.first(number);
            let next = dense.len();
            parts.insert(name, *dense.entry(first).or_insert(next));
        }
        parts
    }
}

/// Returns the names that a scenario requests or checks.
fn names_of(scenario: &Scenario) -> Vec<&str> {
    fn pools(change: Option<&Change>) -> impl Iterator<Item = &str> {
        let pools = match change {
            Some(Change::Pools(pools)) => pools.as_slice(),
            Some(Change::Sum(_)) | None => &[],
        };
        pools.iter().map(|(pool, _)| pool.value.as_str())
    }
    let mut names = Vec::new();
    for row in &scenario.table {
        names.push(row.feature.value.as_str());
        for change in [&row.each, &row.consumes] {
            names.extend(pools(change.as_ref().map(|change| &change.value)));
        }
    }
    let totals = scenario.totals.as_ref().and_then(|totals| totals.consumes.as_ref());
    names.extend(pools(totals.map(|change| &change.value)));
    names.extend(scenario.remaining.iter().map(|(pool, _)| pool.value.as_str()));
    for step in &scenario.steps {
        names.extend(step.verb.feature());
        names.extend(pools(step.consumes.as_deref().map(|change| &change.value)));
        if let Verb::Expect(all) = &step.verb {
            names.extend(all.iter().map(|expectation| expectation.pool.value.as_str()));
        }
    }
    // `Name#2` is the second block of `Name`.
    names.into_iter().map(|name| name.split('#').next().unwrap_or(name)).collect()
}
