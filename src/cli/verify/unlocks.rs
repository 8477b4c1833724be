//! What valid blocks unlock: the cost of tokens in pools, and whether all that they draw on is there.

use std::collections::HashSet;

use crate::graph::{Block, Cost, Draws, Graph, Measures, Target};
use crate::license::{Feature, License};
use crate::report::verify::DrawnOn;
use crate::sign::{FileReport, Policy, PolicyFault};
use crate::source::Span;

/// What was found of some files that are one license together.
pub(super) struct Unlocked {
    /// For each file, for each block of its report: what one checkout draws.
    pub(super) draws: Vec<Vec<Vec<DrawnOn>>>,
    /// For each file: the first thing that is missing.
    pub(super) missing: Vec<Option<PolicyFault>>,
}

/// Looks at the valid blocks of some files that are one license; others do not exist here.
pub(super) fn unlocked(licenses: &[&License], reports: &[&FileReport<'_>]) -> Unlocked {
    let valid: Vec<HashSet<Span>> = reports.iter().map(|report| valid_blocks(reports, report)).collect();
    let is_valid = |file: usize, feature: &Feature| {
        valid.get(file).is_some_and(|spans: &HashSet<Span>| spans.contains(&feature.span))
    };
    let graph = Graph::of_some(licenses, is_valid);
    let measures = Measures::new(&graph);
    let costs = Draws::new(&graph, &measures);
    let mut found = Unlocked {
        draws: reports.iter().map(|report| vec![Vec::new(); report.blocks.len()]).collect(),
        missing: vec![None; reports.len()],
    };
    for block in graph.blocks().iter().filter(|block| block.is_token()) {
        let place = reports.get(block.file).and_then(|report| {
            let blocks = &report.blocks;
            blocks.binary_search_by_key(&block.feature.span.start, |found| found.span.start).ok()
        });
        let slot = place.and_then(|at| found.draws.get_mut(block.file)?.get_mut(at));
        if let Some(slot) = slot {
            *slot = drawn_on(&graph, &costs, block);
        }
        if let Some(slot @ None) = found.missing.get_mut(block.file) {
            let reason = missing(&graph, block);
            *slot = reason.map(|reason| PolicyFault { policy: Policy::Incomplete, reason });
        }
    }
    found
}

/// Where the valid blocks of a file stand. A copy counts once among the files that are looked at together.
fn valid_blocks(together: &[&FileReport<'_>], report: &FileReport<'_>) -> HashSet<Span> {
    let is_here = |file: &str| together.iter().any(|other| other.file == file);
    let counts = report
        .blocks
        .iter()
        .filter(|block| block.duplicate.as_ref().is_none_or(|first| !is_here(&first.file)));
    counts.filter_map(|block| Some(block.verified.as_ref()?.get().span)).collect()
}

fn drawn_on(graph: &Graph<'_>, costs: &Draws, block: &Block<'_>) -> Vec<DrawnOn> {
    let exact = costs.is_exact(block.id);
    let draws = costs.of(block.id).into_iter().flatten();
    draws
        .filter_map(|(pool, draw)| {
            // Where counts are shared on the way, one checkout may draw less than the sum over all ways.
            let count = |cost| match cost {
                Cost::Known(count) => Some(count),
                Cost::TooMany => None,
            };
            let (most, least) = (count(draw.sum), count(draw.largest));
            Some(DrawnOn {
                pool: graph.block(*pool)?.name().to_owned(),
                count: if exact && most == least { most } else { least },
                exact: exact && most == least,
            })
        })
        .collect()
}

/// ◆ A token of a set (SN) draws on blocks of that set, or on blocks of no set; everything it draws on must be valid
/// and given.
fn missing(graph: &Graph<'_>, block: &Block<'_>) -> Option<String> {
    let line = block.license.source.position(block.feature.span.start as usize).line;
    graph.needs(block.id).find_map(|(_, dependency, target)| {
        let name = dependency.feature.value.as_str();
        let head = format!("`{}` in line {line} draws on `{name}` {}", block.name(), dependency.version);
        if target != Target::Served {
            return Some(format!("{head}, of which no valid block that serves it is given"));
        }
        let sn = &block.feature.sn.as_ref()?.value;
        let mut serving = graph.serving(block, dependency);
        let fits = serving.any(|other| other.feature.sn.as_ref().is_none_or(|other| other.value == *sn));
        (!fits).then(|| format!("{head}, of which only blocks of another set (SN) are given"))
    })
}
