//! Whether what is bought can be used.

use std::collections::HashSet;

use crate::graph::{Block, Cost, Graph};
use crate::license::{Feature, Replaces};
use crate::lint::Context;

mod first_fit;

pub(in crate::lint) mod dead_alternative;
pub(in crate::lint) mod indivisible_pool;
pub(in crate::lint) mod more_means_less;
pub(in crate::lint) mod never_runs;
pub(in crate::lint) mod second_exclusive;
pub(in crate::lint) mod upgrade_of_unlimited;
pub(in crate::lint) mod upgrade_outside_dates;
pub(in crate::lint) mod upgrade_without_exclusive;

/// Why a token can never run: more is needed of a pool than it has.
#[derive(Debug, Clone, Copy)]
struct Shortage<'a> {
    /// The pool that is too small.
    pool: Block<'a>,
    /// What one checkout needs of it; `None`: more than can be counted.
    needed: Option<u64>,
    /// What it has.
    size: u64,
}

/// For every token that can never run: what it lacks. Tokens that only depend on such tokens are not among them, nor
/// those before a fault of another kind.
fn shortages<'a>(cx: &Context<'a>) -> Vec<(Block<'a>, Shortage<'a>)> {
    let graph: &Graph<'a> = cx.graph;
    let anything_shared = cx.blocks().any(|block| block.is_token() && block.feature.shares_counts());
    let mut dead = vec![false; graph.blocks().len()];
    let mut found = Vec::new();
    for block in cx.blocks().filter(|block| block.is_token() && !cx.measures.is_faulty(block.id)) {
        let Some(lack) = shortage(cx, block, anything_shared) else { continue };
        if let Some(slot) = dead.get_mut(block.id.index()) {
            *slot = true;
        }
        found.push((*block, lack));
    }
    let is_dead = |block: &Block<'_>| dead.get(block.id.index()).copied().unwrap_or_default();
    found.retain(|(block, _)| {
        let needs = &block.feature.dependencies;
        !needs.iter().any(|need| graph.serving(block, need).take(MOST_ALTERNATIVES).all(is_dead))
    });
    found
}

/// Most blocks of one name that are compared with one another.
const MOST_ALTERNATIVES: usize = 64;

fn shortage<'a>(cx: &Context<'a>, block: &Block<'a>, anything_shared: bool) -> Option<Shortage<'a>> {
    let draws = cx.draws().of(block.id)?;
    let lacking = draws.iter().find_map(|(pool, draw)| {
        let pool = *cx.graph.block(*pool)?;
        let shared = anything_shared || pool.feature.shares_counts();
        let size = cx.capacities().of(pool.id);
        match if shared { draw.largest } else { draw.sum } {
            // An overflow is reported as such.
            Cost::TooMany => None,
            Cost::Known(needed) => (needed > size).then_some(Shortage { pool, needed: Some(needed), size }),
        }
    });
    if lacking.is_some() || cx.capacities().of(block.id) > 0 || cx.measures.total(block.id) == Some(None) {
        return lacking;
    }
    // No single pool must be drawn on, but of some dependency every alternative is too small.
    let (need, best) = block.feature.dependencies.iter().find_map(|need| {
        let best = cx
            .graph
            .serving(block, need)
            .take(MOST_ALTERNATIVES)
            .max_by_key(|provider| cx.capacities().of(provider.id))?;
        (cx.capacities().of(best.id) < u64::from(need.count)).then_some((need, *best))
    })?;
    Some(Shortage { pool: best, needed: Some(need.count.into()), size: cx.capacities().of(best.id) })
}

/// Whether `one` is in force whenever `other` is.
fn covers(one: &Feature, other: &Feature) -> bool {
    let starts = one.start.is_none_or(|start| other.start.is_some_and(|other| start.value <= other.value));
    let ends = one.end.is_none_or(|end| other.end.is_some_and(|other| end.value >= other.value));
    starts && ends
}

/// Whether two blocks are in force on a common day.
fn overlap(one: &Feature, other: &Feature) -> bool {
    let before = |one: &Feature, other: &Feature| {
        one.end.zip(other.start).is_some_and(|(end, start)| end.value < start.value)
    };
    !before(one, other) && !before(other, one)
}

/// The names whose blocks some REPLACES may hide; `None`: any block, as one is named by its KEY.
fn replaced_names<'a>(cx: &Context<'a>) -> Option<HashSet<&'a str>> {
    let replaces = cx.blocks().filter_map(|block| block.feature.replaces.as_ref());
    let names = replaces.map(|replaces| match &replaces.value {
        Replaces::Feature(name) => Some(name.as_str()),
        Replaces::Key(_) => None,
    });
    names.collect()
}
