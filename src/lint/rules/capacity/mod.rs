//! C: whether purchased licenses can be used.

use std::collections::HashSet;

use crate::license::{Feature, Replaces};
use crate::lint::Context;

pub(in crate::lint) mod bound_reached;
pub(in crate::lint) mod dead_alternative;
pub(in crate::lint) mod indivisible_pool;
pub(in crate::lint) mod mixes;
pub(in crate::lint) mod more_means_less;
pub(in crate::lint) mod never_runs;
pub(in crate::lint) mod second_exclusive;
pub(in crate::lint) mod shortage;
pub(in crate::lint) mod upgrade_of_unlimited;
pub(in crate::lint) mod upgrade_outside_dates;
pub(in crate::lint) mod upgrade_without_exclusive;

/// Maximum number of blocks of one name that are compared with each other.
const MOST_ALTERNATIVES: usize = 64;

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
    let replaces = cx.blocks().filter_map(|block| block.feature.replaces.as_ref());
    let names = replaces.map(|replaces| match &replaces.value {
        Replaces::Feature(name) => Some(name.as_str()),
        Replaces::Key(_) => None,
    });
    names.collect()
}
