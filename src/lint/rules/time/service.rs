//! The days on which a dependency is served.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use crate::Context;
use keywright_license::{Dependency, Version};
use keywright_resolve::graph::{DependencyTarget, GraphBlock, Hop};
use keywright_syntax::diagnostic::Diagnostic;

use super::is_never_in_force;

/// A period, both days included.
pub(super) type Period = (Date, Date);

/// Vendor, name and version of a dependency.
type Key<'a> = (&'a str, &'a str, Version);

/// Cached periods by dependency.
#[derive(Default)]
pub(super) struct Services<'a> {
    known: HashMap<Key<'a>, Vec<Period>>,
}

impl<'a> Services<'a> {
    /// The periods in which a dependency of a block is served, in order; adjacent periods are merged. Blocks that are
    /// never valid are ignored.
    pub(super) fn periods(
        &mut self,
        cx: &Context<'a>,
        block: &GraphBlock<'a>,
        need: &'a Dependency,
    ) -> &[Period] {
        self.named(cx, (block.vendor(), need.feature.value.as_str(), need.version))
    }

    /// The same for any version of a dependency.
    pub(super) fn periods_of_any_version(
        &mut self,
        cx: &Context<'a>,
        block: &GraphBlock<'a>,
        need: &'a Dependency,
    ) -> &[Period] {
        self.named(cx, (block.vendor(), need.feature.value.as_str(), Version { major: 0, minor: 0 }))
    }

    fn named(&mut self, cx: &Context<'a>, key: Key<'a>) -> &[Period] {
        self.known.entry(key).or_insert_with(|| {
            let (vendor, name, version) = key;
            let providers =
                cx.graph.named(vendor, name).into_iter().flat_map(|named| cx.graph.providers(named));
            let serving = providers.filter(|one| one.feature.version >= version);
            let periods = serving.filter(|one| !is_never_in_force(one.feature)).map(|one| {
                let (start, end) = (one.feature.start, one.feature.end);
                (start.map_or(Date::MIN, |start| start.value), end.map_or(Date::MAX, |end| end.value))
            });
            merge(periods.collect())
        })
    }
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

/// Equal faults of dependencies, each with its places in file order.
pub(super) fn faults<'a, F: Ord + Copy>(
    cx: &Context<'a>,
    mut find: impl FnMut(&mut Services<'a>, &GraphBlock<'a>, &'a Dependency) -> Vec<F>,
) -> Vec<(F, Vec<Hop>)> {
    let mut services = Services::default();
    let mut faults: BTreeMap<(&str, &str, Version, F), Vec<Hop>> = BTreeMap::new();
    let tokens = cx.blocks().filter(|block| block.is_token() && !is_never_in_force(block.feature));
    // C001 reports tokens that never run, also if dates are the cause.
    for block in tokens.filter(|block| !cx.shortages().is_dead(block.id)) {
        for (hop, need, target) in cx.graph.needs(block.id) {
            if target != DependencyTarget::Served {
                continue;
            }
            for fault in find(&mut services, block, need) {
                let key = (block.vendor(), need.feature.value.as_str(), need.version, fault);
                faults.entry(key).or_default().push(hop);
            }
        }
    }
    let mut faults: Vec<_> = faults.into_iter().map(|((.., fault), places)| (fault, places)).collect();
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
