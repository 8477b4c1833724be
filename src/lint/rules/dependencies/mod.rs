//! D: token dependencies.

pub(crate) mod chain_too_deep;
pub(crate) mod cost_overflow;
pub(crate) mod dependency_cycle;
pub(crate) mod not_drawable;
pub(crate) mod other_vendor;
pub(crate) mod repeated_dependency;
pub(crate) mod self_dependency;
pub(crate) mod token_without_license;
pub(crate) mod undrawn_license;
pub(crate) mod unknown_feature;
pub(crate) mod version_not_served;

use crate::Context;
use keywright_license::Dependency;
use keywright_resolve::graph::{DependencyTarget, GraphBlock, Unserved};
use keywright_syntax::diagnostic::Diagnostic;

/// The unserved dependencies with the given cause, each with the first block that has it.
fn unserved<'a>(
    cx: &Context<'a>,
    target: DependencyTarget,
) -> impl Iterator<Item = (Unserved, GraphBlock<'a>, &'a Dependency)> {
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
        last.text = format!("also needed here, and in {}", crate::message::number(more as u64, "more place"));
    }
    found
}
