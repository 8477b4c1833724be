//! C: whether purchased licenses can be used.

use std::collections::HashSet;

use crate::Context;
use keywright_license::{Feature, Replaces};
use keywright_resolve::graph::{GraphBlock, GraphBlockId};
use keywright_resolve::semantics::MAX_CHAIN;

pub(crate) mod anomaly_search;
pub(crate) mod bound_reached;
pub(crate) mod dead_alternative;
pub(crate) mod indivisible_pool;
pub(crate) mod more_means_less;
pub(crate) mod never_runs;
pub(crate) mod never_used;
pub(crate) mod second_exclusive;
pub(crate) mod unservable;
pub(crate) mod upgrade_of_unlimited;
pub(crate) mod upgrade_outside_dates;
pub(crate) mod upgrade_without_exclusive;

/// Maximum number of blocks of one name that are compared with each other.
const MOST_ALTERNATIVES: usize = 64;

/// Returns true if the longest chain from a block has too many dependencies, so the resolver rejects it; D003 reports
/// such chains.
fn is_too_long(cx: &Context<'_>, id: GraphBlockId) -> bool {
    let depth = cx.measures.depth(id).and_then(|depth| usize::try_from(depth).ok());
    depth.is_none_or(|depth| depth > MAX_CHAIN)
}

/// Returns true if `one` is valid whenever `other` is.
fn covers(one: &Feature, other: &Feature) -> bool {
    let starts = one.start.is_none_or(|start| other.start.is_some_and(|other| start.value <= other.value));
    let ends = one.end.is_none_or(|end| other.end.is_some_and(|other| end.value >= other.value));
    starts && ends
}

/// Returns true if the periods of two blocks overlap.
fn overlap(one: &Feature, other: &Feature) -> bool {
    let before = |one: &Feature, other: &Feature| {
        one.end.zip(other.start).is_some_and(|(end, start)| end.value < start.value)
    };
    !before(one, other) && !before(other, one)
}

/// The names whose blocks a REPLACES may hide. `None` means any block, because a REPLACES names a KEY.
fn replaced_names<'a>(cx: &Context<'a>) -> Option<HashSet<&'a str>> {
    let replaces = cx.blocks().filter_map(|block| block.feature.terms().replaces.as_ref());
    let names = replaces.map(|replaces| match &replaces.value {
        Replaces::Feature(name) => Some(name.as_str()),
        Replaces::Key(_) => None,
    });
    names.collect()
}

/// Returns true if another block of the same name can run and serves every version that `block` serves.
fn another_lives(cx: &Context<'_>, block: &GraphBlock<'_>) -> bool {
    let Some(named) = cx.graph.named(block.vendor(), block.name()) else { return false };
    cx.graph.providers(named).take(MOST_ALTERNATIVES).any(|other| {
        let runs = other.id != block.id
            && !cx.measures.is_faulty(other.id)
            && cx.capacities().get(other.id) > 0
            && !cx.shortages().is_dead(other.id);
        runs && other.feature.version >= block.feature.version
    })
}
