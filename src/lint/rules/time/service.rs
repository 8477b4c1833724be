//! The days on which a dependency is served.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use jiff::civil::Date;

use crate::Context;
use keywright_license::Version;
use keywright_resolve::graph::{DependencyTarget, GraphBlock, Hop};
use keywright_syntax::diagnostic::Diagnostic;

use super::is_never_in_force;

/// A period, both days included.
pub(super) type Period = (Date, Date);

/// A dependency: the index of its name in the graph, and the lowest version that serves it.
pub(super) type Need = (usize, Version);

/// The lowest version, which any block serves.
pub(super) const ANY_VERSION: Version = Version { major: 0, minor: 0 };

/// The periods in which a dependency is served, in order; adjacent periods are merged. Blocks that are never valid are
/// ignored.
pub(super) fn periods(cx: &Context<'_>, (name, version): Need) -> Vec<Period> {
    let providers = cx.graph.names().get(name).into_iter().flat_map(|named| cx.graph.providers(named));
    let serving = providers.filter(|one| one.feature.version >= version);
    let periods = serving.filter(|one| !is_never_in_force(one.feature)).map(|one| {
        let (start, end) = (one.feature.start, one.feature.end);
        (start.map_or(Date::MIN, |start| start.value), end.map_or(Date::MAX, |end| end.value))
    });
    merge(periods.collect())
}

fn merge(mut all: Vec<Period>) -> Vec<Period> {
    all.sort_unstable();
    let mut merged: Vec<Period> = Vec::new();
    for (start, end) in all {
        let eve = start.yesterday().unwrap_or(start);
        match merged.last_mut().filter(|last| last.1 >= eve) {
            Some(last) => last.1 = last.1.max(end),
            None => merged.push((start, end)),
        }
    }
    merged
}

/// The faults of dependencies, each with its places in file order. `find` returns the faults of a dependency, and
/// `affects` decides whether one of them matters to a token.
pub(super) fn faults<F: Copy>(
    cx: &Context<'_>,
    find: impl Fn(Need) -> Vec<F>,
    affects: impl Fn(&GraphBlock<'_>, F) -> bool,
) -> Vec<(F, Vec<Hop>)> {
    let places_of = |fault| (fault, Vec::new());
    let mut known: HashMap<Need, Vec<(F, Vec<Hop>)>, RandomState> = HashMap::default();
    let tokens = cx.blocks().filter(|block| block.is_token() && !is_never_in_force(block.feature));
    // C001 reports tokens that never run, also if dates are the cause.
    for block in tokens.filter(|block| !cx.shortages().is_dead(block.id)) {
        let names = cx.graph.names_of_needs(block.id);
        for ((hop, need, target), name) in cx.graph.needs(block.id).zip(names) {
            let Some(name) = name.filter(|_| target == DependencyTarget::Served) else { continue };
            let need = (name, need.version);
            let faults = known.entry(need).or_insert_with(|| find(need).into_iter().map(places_of).collect());
            for (_, places) in faults.iter_mut().filter(|(fault, _)| affects(block, *fault)) {
                places.push(hop);
            }
        }
    }
    let mut faults: Vec<_> = known.into_values().flatten().filter(|(_, places)| !places.is_empty()).collect();
    // A place has one dependency, whose faults are in order already.
    faults.sort_by_key(|(_, places)| places.first().map(|hop| (hop.block, hop.dependency)));
    faults
}

/// Maximum number of labels for further places.
const SHOWN: usize = 5;

/// Labels further tokens with the same fault.
pub(super) fn these_too(mut found: Diagnostic, cx: &Context<'_>, places: &[Hop]) -> Diagnostic {
    for hop in places.iter().skip(1).take(SHOWN) {
        if let (Some(block), Some(need)) = (cx.graph.block(hop.block), cx.graph.dependency(*hop)) {
            found = found.also_in(block.license.source.id(), need.span, "also this token");
        }
    }
    found
}
