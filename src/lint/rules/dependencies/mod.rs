//! D: token dependencies.

pub(in crate::lint) mod chain_too_deep;
pub(in crate::lint) mod cost_overflow;
pub(in crate::lint) mod dependency_cycle;
pub(in crate::lint) mod not_drawable;
pub(in crate::lint) mod other_vendor;
pub(in crate::lint) mod repeated_dependency;
pub(in crate::lint) mod self_dependency;
pub(in crate::lint) mod token_without_license;
pub(in crate::lint) mod too_many_dependencies;
pub(in crate::lint) mod undrawn_license;
pub(in crate::lint) mod unknown_feature;
pub(in crate::lint) mod version_not_served;

use crate::diagnostic::Diagnostic;
use crate::graph::{Block, Target, Unserved};
use crate::license::Dependency;
use crate::lint::Context;

/// The unserved dependencies with the given cause, each with the first block that has it.
fn unserved<'a>(
    cx: &Context<'a>,
    target: Target,
) -> impl Iterator<Item = (Unserved, Block<'a>, &'a Dependency)> {
    let graph = cx.graph;
    let faults = graph.unserved().into_iter().filter(move |fault| fault.target == target);
    faults.filter_map(move |fault| {
        let first = *fault.places.first()?;
        let block = *graph.block(first.block)?;
        let dependency = graph.dependency(first)?;
        Some((fault, block, dependency))
    })
}

/// Labels further places of a fault.
fn also_needed(mut found: Diagnostic, cx: &Context<'_>, fault: &Unserved) -> Diagnostic {
    const SHOWN: usize = 5;
    for place in fault.places.iter().skip(1).take(SHOWN) {
        if let (Some(block), Some(dependency)) = (cx.graph.block(place.block), cx.graph.dependency(*place)) {
            found = found.also_in(block.license.source.id(), dependency.span, "also needed here");
        }
    }
    let more = fault.places.len().saturating_sub(1 + SHOWN);
    if more > 0
        && let Some(last) = found.related.last_mut()
    {
        last.text =
            format!("also needed here, and in {}", crate::lint::phrase::number(more as u64, "more place"));
    }
    found
}
