//! Text shared by several rules: chains, labels along a chain, lists.

use keywright_license::Feature;
use keywright_resolve::graph::{Chain, Graph, GraphBlockId, Hop};
use keywright_syntax::diagnostic::Diagnostic;

/// Maximum number of names in a chain, and of labelled places.
const SHOWN: usize = 20;

/// Formats a chain as `` `A` → `B` → `C` ``. The middle of a very long chain is replaced by a count.
pub(super) fn chain(graph: &Graph<'_>, blocks: impl Iterator<Item = GraphBlockId>) -> String {
    let names: Vec<String> =
        blocks.filter_map(|id| graph.block(id)).map(|block| format!("`{}`", block.name())).collect();
    let half = SHOWN / 2;
    match (names.get(..half), names.get(names.len().saturating_sub(half)..)) {
        (Some(head), Some(tail)) if names.len() > SHOWN => {
            format!("{} → … {} more … → {}", head.join(" → "), names.len() - SHOWN, tail.join(" → "))
        }
        _ => names.join(" → "),
    }
}

/// Labels the dependency of each hop, in order.
pub(super) fn along(mut found: Diagnostic, graph: &Graph<'_>, hops: &[Hop]) -> Diagnostic {
    for hop in hops.iter().take(SHOWN) {
        if let (Some(block), Some(dependency)) = (graph.block(hop.block), graph.dependency(*hop)) {
            let text = format!("`{}` depends on `{}`", block.name(), dependency.feature.value);
            found = found.also_in(block.license.source.id(), dependency.span, text);
        }
    }
    found
}

/// Labels the dependencies along a chain.
pub(super) fn along_chain(found: Diagnostic, graph: &Graph<'_>, chain: &Chain) -> Diagnostic {
    along(found, graph, &chain.hops)
}

/// Formats a list as `` `a`, `b` and `c` ``, with at most five items.
pub(super) fn list<T: std::fmt::Display>(items: &[T]) -> String {
    const MOST: usize = 5;
    let quoted: Vec<String> = items.iter().take(MOST).map(|item| format!("`{item}`")).collect();
    if items.len() > MOST {
        return format!("{} and {} more", quoted.join(", "), items.len() - MOST);
    }
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Formats the validity period of a block, as in `until 2026-12-31`.
pub(super) fn period(feature: &Feature) -> String {
    match (feature.start, feature.end) {
        (Some(start), Some(end)) => format!("from {} to {}", start.value, end.value),
        (Some(start), None) => format!("from {} on", start.value),
        (None, Some(end)) => format!("until {}", end.value),
        (None, None) => "always".to_owned(),
    }
}

/// Formats a number with its noun: `1 license`, `3 licenses`.
pub(super) fn number(n: u64, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
