//! Grants of the valid blocks of files that are used together: roles, draws of tokens, usable totals and missing
//! dependencies.

use std::collections::HashSet;

use jiff::civil::Date;

use keywright_license::{Feature, License, is_same_customer};
use keywright_report::verify_facts::{BlockFacts, BlockRole, FeatureTotal};
use keywright_resolve::graph::{DependencyTarget, Graph, GraphBlock, Metrics};
use keywright_resolve::{Entitlements, Model, Role};
use keywright_sign::AllCores;
use keywright_syntax::source::Span;
use keywright_verify::{FileReport, Policy, PolicyFault, Reason, jobs};

use crate::entitled_set::{EntitledSet, is_of_one_customer, licensee};

/// The grants of files that are used together.
#[derive(Debug)]
struct Grants {
    /// The facts about the blocks: for each file, for each block of its report.
    blocks: Vec<Vec<BlockFacts>>,
    /// The usable totals; empty if the blocks are of different customers.
    totals: Vec<FeatureTotal>,
    /// The first missing dependency of each file.
    missing: Vec<Option<PolicyFault>>,
}

/// The facts, totals and missing dependencies of all files; see [`Grants`].
type AllGrants = (Vec<Vec<BlockFacts>>, Vec<Vec<FeatureTotal>>, Vec<Option<PolicyFault>>);

/// Examines the valid blocks of files: each on its own, or all together.
pub(super) fn of_all(
    licenses: &[License],
    reports: &[FileReport<'_>],
    together: bool,
    at: Date,
) -> AllGrants {
    let (mut facts, mut totals, mut missing) = AllGrants::default();
    let numbers: Vec<usize> = (0..licenses.len()).collect();
    let sets: Vec<&[usize]> = if together { vec![&numbers] } else { numbers.chunks(1).collect() };
    let found = jobs::map(&AllCores, &sets, |set| {
        let licenses: Vec<&License> = set.iter().filter_map(|at| licenses.get(*at)).collect();
        let reports: Vec<&FileReport<'_>> = set.iter().filter_map(|at| reports.get(*at)).collect();
        of(&licenses, &reports, at)
    });
    for grants in found {
        facts.extend(grants.blocks);
        totals.push(grants.totals);
        missing.extend(grants.missing);
    }
    (facts, totals, missing)
}

/// Examines the valid blocks of files that are used together. Other blocks are ignored.
fn of(licenses: &[&License], reports: &[&FileReport<'_>], at: Date) -> Grants {
    let valid: Vec<HashSet<Span>> = reports.iter().map(|report| valid_blocks(report)).collect();
    let is_valid = |file: usize, feature: &Feature| {
        valid.get(file).is_some_and(|spans: &HashSet<Span>| spans.contains(&feature.span))
    };
    let graph = Graph::of_some(licenses, is_valid);
    let model = Model::of_graph(&graph, &Metrics::new(&graph));
    let mut missing = vec![None; reports.len()];
    for block in graph.blocks().iter().filter(|block| block.is_token()) {
        if let Some(slot @ None) = missing.get_mut(block.file) {
            let reason = missing_dependency(&graph, block);
            *slot = reason.map(|reason| PolicyFault { policy: Policy::Incomplete, reason });
        }
    }
    let is_one_customer = is_of_one_customer(&graph);
    // The graph and the entitlements of a large file are large, so they are not in memory at the same time.
    drop(graph);
    let entitlements = Entitlements::on(&model, at);
    let names = reports.iter().map(|report| report.file.clone()).collect();
    let set = EntitledSet { licenses, names, model: &model, entitlements: &entitlements };
    let blocks = (0..reports.len()).map(|file| blocks_of(&set, reports, file, at)).collect();
    let totals = if is_one_customer { set.totals() } else { Vec::new() };
    Grants { blocks, totals, missing }
}

/// Returns the places of the valid blocks of a file.
fn valid_blocks(report: &FileReport<'_>) -> HashSet<Span> {
    report.blocks.iter().filter_map(|block| Some(block.verified.as_ref()?.get().span)).collect()
}

/// Returns the facts about the blocks of a file of the set.
fn blocks_of(
    set: &EntitledSet<'_, '_>,
    reports: &[&FileReport<'_>],
    file: usize,
    at: Date,
) -> Vec<BlockFacts> {
    let Some(report) = reports.get(file) else { return Vec::new() };
    let mut last: Option<BlockRole> = None;
    // Successive blocks usually have the same role, and then share its words.
    let mut named = |role: Role| match &last {
        Some(last) if last.role == role => last.clone(),
        _ => last.insert(set.named(role, file)).clone(),
    };
    let facts = report.blocks.iter().map(|block| {
        if let Some(feature) = &block.out_of_force {
            let role = out_of_force(feature.get(), at);
            return BlockFacts { role: role.map(&mut named), ..BlockFacts::default() };
        }
        let known = block.verified.as_ref().and_then(|_| set.model.block_at(file, block.span));
        known.map_or_else(BlockFacts::default, |id| set.facts(id, named(set.entitlements.role(id))))
    });
    facts.collect()
}

/// The role of a block by its own dates.
fn out_of_force(feature: &Feature, at: Date) -> Option<Role> {
    let start = feature.start.map(|start| start.value).filter(|start| *start > at).map(Role::StartsOn);
    start.or_else(|| feature.end.map(|end| end.value).filter(|end| *end < at).map(Role::EndedOn))
}

/// Returns the reason why a dependency of a block is missing, if so.
///
/// DECISION: a token of a customer (LICENSEE) draws on blocks of the same customer or of no customer, whatever their
/// purchase (SN). Every dependency must be given and valid.
fn missing_dependency(graph: &Graph<'_>, block: &GraphBlock<'_>) -> Option<Reason> {
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
