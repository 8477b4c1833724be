//! Coverage and mutation results of all scenarios of a license.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use keywright_report::test::{Covered, Mutated};
use keywright_resolve::CoveragePoint;
use keywright_scenario::{self as scenario, ScenarioFile};

use super::run::Played;

/// Scenario files that test the same licenses.
struct Group<'a> {
    first: &'a Played,
    files: Vec<&'a ScenarioFile>,
    seen: BTreeSet<CoveragePoint>,
    holds: bool,
}

/// Groups files by their licenses, in order of the first file.
fn groups<'a>(played: &'a [Played]) -> Vec<Group<'a>> {
    let mut places: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for one in played {
        let names = one.loaded.licenses.iter().map(|license| license.source.name()).collect();
        let place = *places.entry(names).or_insert(groups.len());
        if groups.len() == place {
            groups.push(Group { first: one, files: Vec::new(), seen: BTreeSet::new(), holds: true });
        }
        if let Some(group) = groups.get_mut(place) {
            group.files.push(&one.file);
            group.seen.extend(&one.seen);
            group.holds &= one.passed;
        }
    }
    groups
}

/// Returns the coverage of each group of licenses.
pub(super) fn cover(played: &[Played]) -> Vec<Covered> {
    let cover = |group: Group<'_>| {
        let loaded = &group.first.loaded;
        let at = group.first.file.begins();
        Covered {
            licenses: sources(group.first),
            coverage: scenario::coverage(&loaded.licenses, &loaded.model, at, &group.seen),
        }
    };
    groups(played).into_iter().map(cover).collect()
}

/// Returns the mutation results of each group of licenses. Groups with a failed scenario are not mutated.
pub(super) fn mutate(played: &[Played], filter: &str) -> Vec<Mutated> {
    let mutate = |group: Group<'_>| {
        let loaded = &group.first.loaded;
        let wanted = |name: &str| name.contains(filter);
        let mutation = group.holds.then(|| scenario::mutate(&group.files, loaded, &wanted));
        Mutated { licenses: sources(group.first), mutation }
    };
    groups(played).into_par_iter().map(mutate).collect()
}

fn sources(played: &Played) -> Vec<std::sync::Arc<keywright_syntax::source::SourceFile>> {
    played.loaded.licenses.iter().map(|license| license.source.clone()).collect()
}
