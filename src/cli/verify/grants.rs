//! Grants of the valid blocks of files that are used together: roles, draws of tokens, usable totals and missing
//! dependencies.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;

use keywright_license::{Feature, License, is_same_customer};
use keywright_report::verify_facts::{BlockFacts, BlockRole, DrawnOn, FeatureTotal};
use keywright_resolve::graph::{DependencyTarget, Graph, GraphBlock, Metrics};
use keywright_resolve::{CheckoutCost, Entitlement, Entitlements, Model, Role};
use keywright_sign::AllCores;
use keywright_syntax::source::Span;
use keywright_verify::{FileReport, Policy, PolicyFault, Reason, jobs};

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
    let entitlements = Entitlements::on(&model, at);
    let mut missing = vec![None; reports.len()];
    for block in graph.blocks().iter().filter(|block| block.is_token()) {
        if let Some(slot @ None) = missing.get_mut(block.file) {
            let reason = missing_dependency(&graph, block);
            *slot = reason.map(|reason| PolicyFault { policy: Policy::Incomplete, reason });
        }
    }
    let set = Set { licenses, reports, model: &model, entitlements: &entitlements, at };
    let blocks = (0..reports.len()).map(|file| set.blocks_of(file)).collect();
    let totals = if are_of_one_customer(&graph) { set.totals() } else { Vec::new() };
    Grants { blocks, totals, missing }
}

/// Returns the places of the valid blocks of a file.
fn valid_blocks(report: &FileReport<'_>) -> HashSet<Span> {
    report.blocks.iter().filter_map(|block| Some(block.verified.as_ref()?.get().span)).collect()
}

/// Returns true if no two blocks of a vendor have different LICENSEE: totals are never added up over customers.
fn are_of_one_customer(graph: &Graph<'_>) -> bool {
    let mut first: BTreeMap<&str, Cow<'_, str>> = BTreeMap::new();
    graph.blocks().iter().all(|block| {
        let Some(name) = licensee(block) else { return true };
        is_same_customer(first.entry(block.vendor()).or_insert_with(|| name.clone()), &name)
    })
}

/// A set of files with its entitlement.
struct Set<'s, 'a> {
    licenses: &'s [&'a License],
    reports: &'s [&'s FileReport<'s>],
    model: &'s Model,
    entitlements: &'s Entitlements,
    at: Date,
}

impl Set<'_, '_> {
    fn blocks_of(&self, file: usize) -> Vec<BlockFacts> {
        let Some(report) = self.reports.get(file) else { return Vec::new() };
        let facts = report.blocks.iter().map(|block| {
            if let Some(feature) = &block.out_of_force {
                let role = out_of_force(feature.get(), self.at);
                return BlockFacts { role: role.map(|role| self.named(role, file)), ..BlockFacts::default() };
            }
            let known = block.verified.as_ref().and_then(|_| self.model.block_at(file, block.span));
            let Some(id) = known else { return BlockFacts::default() };
            let role = Some(self.named(self.entitlements.role(id), file));
            let Some(cost) = self.entitlements.cost(id) else {
                return BlockFacts { role, ..BlockFacts::default() };
            };
            BlockFacts { role, draws: self.draws(cost), alternatives: self.alternatives(cost) }
        });
        facts.collect()
    }

    /// Describes a role. Names blocks by their lines, with the file if it is another one than `file`.
    fn named(&self, role: Role, file: usize) -> BlockRole {
        const PLACE: &str = "\0";
        let words = role.words_with(|_| PLACE.to_owned(), |name| self.model.name_text(name).to_owned());
        let words = match (words.split_once(PLACE), role.other()) {
            (Some((before, after)), Some(other)) => {
                let (in_file, span) = self.model.origin(other);
                let line = self.licenses.get(in_file).map_or(0, |license| line(license, span));
                let name = self.model.name_text(self.model.name_of(other));
                let place = Reason::default().value("FEATURE", name).text(" in line ").fact(line);
                let place = match self.reports.get(in_file).filter(|_| in_file != file) {
                    Some(report) => place.text(" of ").file(in_file, report.file.clone()),
                    None => place,
                };
                plain(before).then(place).then(plain(after))
            }
            _ => plain(&words),
        };
        BlockRole { role, words }
    }

    fn draws(&self, cost: &CheckoutCost) -> Vec<DrawnOn> {
        let drawn = cost.draws.iter().map(|draw| DrawnOn {
            pool: self.model.name_text(draw.feature).to_owned(),
            least: draw.least,
            most: draw.most,
            is_complete: cost.is_complete,
        });
        drawn.collect()
    }

    fn alternatives(&self, cost: &CheckoutCost) -> Vec<Vec<(String, u64)>> {
        if cost.alternatives.len() < 2 {
            return Vec::new();
        }
        let named = cost
            .alternatives
            .iter()
            .map(|draws| draws.iter().map(|(block, amount)| (self.model.label(*block), *amount)).collect());
        named.collect()
    }

    fn totals(&self) -> Vec<FeatureTotal> {
        let total = |one: &Entitlement| {
            let first = one.blocks.first().copied();
            FeatureTotal {
                vendor: one.vendor.as_ref().map(|vendor| vendor.as_str().to_owned()).unwrap_or_default(),
                feature: self.model.name_text(one.feature).to_owned(),
                kind: first.map_or("", |first| self.model.kind(first).as_str()),
                blocks: one.blocks.len(),
                usable: one.usable,
            }
        };
        self.entitlements.features().iter().map(total).collect()
    }
}

/// Words of this program and valid names of features, which a masked report shows.
fn plain(words: &str) -> Reason {
    Reason::quote(words.to_owned(), words.to_owned())
}

/// The role of a block by its own dates.
fn out_of_force(feature: &Feature, at: Date) -> Option<Role> {
    let start = feature.start.map(|start| start.value).filter(|start| *start > at).map(Role::StartsOn);
    start.or_else(|| feature.end.map(|end| end.value).filter(|end| *end < at).map(Role::EndedOn))
}

fn line(license: &License, place: Span) -> usize {
    license.source.position(place.start as usize).line
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

fn licensee<'a>(block: &GraphBlock<'a>) -> Option<Cow<'a, str>> {
    block.license.view(block.feature).licensee()
}
