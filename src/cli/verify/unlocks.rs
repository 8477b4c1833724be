//! Grants of valid blocks: the draws of tokens on pools, and missing dependencies.

use std::borrow::Cow;
use std::collections::HashSet;

use keywright_license::{Feature, License, is_same_customer};
use keywright_report::verify::DrawnOn;
use keywright_resolve::graph::{Cost, DependencyTarget, Draws, Graph, GraphBlock, Metrics};
use keywright_syntax::source::Span;
use keywright_verify::{FileReport, Policy, PolicyFault, Reason};

/// The result for files that form one license.
pub(super) struct Unlocked {
    /// The draws of one checkout: for each file, for each block of its report.
    pub(super) draws: Vec<Vec<Vec<DrawnOn>>>,
    /// The first missing dependency of each file.
    pub(super) missing: Vec<Option<PolicyFault>>,
}

/// Examines the valid blocks of files that form one license. Other blocks are ignored.
pub(super) fn unlocked(licenses: &[&License], reports: &[&FileReport<'_>]) -> Unlocked {
    let valid: Vec<HashSet<Span>> = reports.iter().map(|report| valid_blocks(reports, report)).collect();
    let is_valid = |file: usize, feature: &Feature| {
        valid.get(file).is_some_and(|spans: &HashSet<Span>| spans.contains(&feature.span))
    };
    let graph = Graph::of_some(licenses, is_valid);
    let measures = Metrics::new(&graph);
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

/// Returns the places of the valid blocks of a file. A copy counts once among the files of a license.
fn valid_blocks(together: &[&FileReport<'_>], report: &FileReport<'_>) -> HashSet<Span> {
    let is_here = |file: &str| together.iter().any(|other| other.file == file);
    let counts = report
        .blocks
        .iter()
        .filter(|block| block.duplicate.as_ref().is_none_or(|first| !is_here(&first.file)));
    counts.filter_map(|block| Some(block.verified.as_ref()?.get().span)).collect()
}

fn drawn_on(graph: &Graph<'_>, costs: &Draws, block: &GraphBlock<'_>) -> Vec<DrawnOn> {
    let exact = costs.is_exact(block.id);
    let draws = costs.get(block.id).into_iter().flatten();
    draws
        .filter_map(|(pool, draw)| {
            // If licenses are shared on the way, one checkout may draw less than the sum over all paths.
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

/// Returns the reason why a dependency of a block is missing, if so.
///
/// DECISION: a token of a customer (LICENSEE) draws on blocks of the same customer or of no customer, whatever their
/// purchase (SN). Every dependency must be given and valid.
fn missing(graph: &Graph<'_>, block: &GraphBlock<'_>) -> Option<Reason> {
    let line = block.license.source.position(block.feature.span.start as usize).line;
    let customer = licensee(block);
    graph.needs(block.id).find_map(|(_, dependency, target)| {
        let token = Reason::default().value("FEATURE", block.name()).text(" in line ").fact(line);
        let head = token.text(" needs ").value("FEATURE", dependency.feature.value.as_str());
        let head = head.text(" ").fact(dependency.version);
        if target != DependencyTarget::Served {
            return Some(head.text(", but no valid block provides it"));
        }
        let customer = customer.as_deref()?;
        let mut serving = graph.serving(block, dependency);
        let fits =
            serving.any(|other| licensee(other).is_none_or(|other| is_same_customer(customer, &other)));
        (!fits).then(|| head.text(", but only blocks of another customer (LICENSEE) provide it"))
    })
}

fn licensee<'a>(block: &GraphBlock<'a>) -> Option<Cow<'a, str>> {
    block.license.view(block.feature).licensee()
}
