//! The graph of features for pictures: tokens, pools, dependencies, alternatives, share groups, and faults.

mod grouped;

use std::collections::HashMap;

use jiff::civil::Date;

use keywright_license::{Kind, License};
use keywright_resolve::graph::{DependencyTarget, FeatureGroup, Graph};
use keywright_resolve::{Entitlements, Model, Usable};
use keywright_syntax::source::Span;

pub use grouped::{FeatureSet, GroupedGraph};

/// The graph of features on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureGraph {
    /// The day.
    pub at: Date,
    /// The features, in file order, and then the names that no block has.
    pub nodes: Vec<FeatureNode>,
    /// The dependencies, in file order.
    pub edges: Vec<FeatureEdge>,
    /// True if the features are of several vendors, so that a picture must name them.
    pub has_vendors: bool,
}

/// A feature of a vendor.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureNode {
    /// VENDOR.
    pub vendor: String,
    /// The feature.
    pub name: String,
    /// The kind of its blocks.
    pub kind: NodeKind,
    /// The usable total; `None` for a name that no block has.
    pub usable: Option<Usable>,
    /// SHARE, if checkouts of the feature share licenses: `HOST|USER`.
    pub share: Option<String>,
    /// The faults of its blocks.
    pub faults: Vec<Fault>,
}

/// The kind of the blocks of a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// Tokens, which draw on other features.
    Token,
    /// Counted licenses.
    Pool,
    /// Tokens and counted licenses.
    Mixed,
    /// METERED.
    Metered,
    /// ACTIVATION.
    Activation,
    /// Licenses that are not counted.
    Local,
    /// A dependency names it, but no block has the name.
    Missing,
}

impl NodeKind {
    /// The word for reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Pool => "pool",
            Self::Mixed => "token-and-pool",
            Self::Metered => "metered",
            Self::Activation => "activation",
            Self::Local => "local",
            Self::Missing => "missing",
        }
    }

    fn of(kinds: impl Iterator<Item = Kind>) -> Self {
        let of = |kind| match kind {
            Kind::Token => Self::Token,
            Kind::Exclusive | Kind::Additive | Kind::Upgrade => Self::Pool,
            Kind::Metered => Self::Metered,
            Kind::Activation => Self::Activation,
            Kind::Local => Self::Local,
        };
        let merged = kinds.map(of).reduce(|one, other| match (one, other) {
            _ if one == other => one,
            (Self::Token | Self::Mixed, _) | (_, Self::Token | Self::Mixed) => Self::Mixed,
            _ => Self::Pool,
        });
        merged.unwrap_or(Self::Missing)
    }
}

/// A dependency of a feature on another one.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureEdge {
    /// Index of the feature that depends, in [`FeatureGraph::nodes`].
    pub from: usize,
    /// Index of the feature that it draws on.
    pub to: usize,
    /// The number of licenses for one checkout.
    pub count: u32,
    /// The required version.
    pub version: String,
    /// The number of the alternative from 1, in the order in which the resolver tries them; `None` if the feature has only
    /// one block with dependencies.
    pub alternative: Option<usize>,
    /// The faults of the dependency.
    pub faults: Vec<Fault>,
}

/// A finding of the linter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The code: `D001`.
    pub code: &'static str,
    /// The message. Contains text of the file: escape it.
    pub message: String,
}

/// A fault with the places that it is about: the index of the file, and the span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedFault {
    /// The fault.
    pub fault: Fault,
    /// Its places.
    pub places: Vec<(usize, Span)>,
}

/// Maximum number of faults of one feature or dependency.
const MOST_FAULTS: usize = 8;

impl FeatureGraph {
    /// Computes the graph of licenses that are used together. Blocks with errors of their own are not in it.
    #[must_use]
    pub fn of(licenses: &[&License], model: &Model, at: Date, faults: &[PlacedFault]) -> Self {
        let graph = Graph::new(licenses);
        let granted = Entitlements::on(model, at);
        let mut found = Self { at, nodes: Vec::new(), edges: Vec::new(), has_vendors: false };
        for group in graph.names() {
            let usable = usable(model, &granted, group);
            found.nodes.push(node(&graph, group, usable));
        }
        let mut missing = HashMap::new();
        let marks = FaultIndex::new(faults);
        for (from, group) in graph.names().iter().enumerate() {
            found.dependencies(&graph, (from, group), &mut missing, &marks);
        }
        found.has_vendors = are_of_several_vendors(&found.nodes);
        found
    }

    /// Adds the dependencies and the faults of a feature.
    fn dependencies<'a>(
        &mut self,
        graph: &Graph<'a>,
        (from, group): (usize, &FeatureGroup<'a>),
        missing: &mut HashMap<(&'a str, &'a str), usize>,
        marks: &FaultIndex<'_>,
    ) {
        let tokens = group.blocks.iter().filter_map(|id| graph.block(*id)).filter(|block| block.is_token());
        let has_alternatives = tokens.clone().count() > 1;
        for (number, block) in (1..).zip(tokens) {
            let targets: Vec<Option<usize>> = graph.names_of_needs(block.id).collect();
            for ((_, dependency, target), named) in graph.needs(block.id).zip(targets) {
                let name = dependency.feature.value.as_str();
                let is_known = !matches!(target, DependencyTarget::Unknown | DependencyTarget::OtherVendor);
                let to = match named.filter(|_| is_known) {
                    Some(to) => to,
                    None => *missing.entry((block.vendor(), name)).or_insert_with(|| {
                        self.nodes.push(FeatureNode::missing(block.vendor(), name));
                        self.nodes.len() - 1
                    }),
                };
                self.edges.push(FeatureEdge {
                    from,
                    to,
                    count: dependency.count,
                    version: dependency.version.to_string(),
                    alternative: has_alternatives.then_some(number),
                    faults: marks.within(block.file, dependency.span),
                });
            }
        }
        let blocks = group.blocks.iter().filter_map(|id| graph.block(*id));
        let faults = blocks.flat_map(|block| marks.within(block.file, block.feature.span));
        if let Some(node) = self.nodes.get_mut(from) {
            for fault in faults {
                if node.faults.len() < MOST_FAULTS && !node.faults.contains(&fault) {
                    node.faults.push(fault);
                }
            }
        }
    }

    /// Returns the part of the graph with a feature, what it draws on, and what draws on it. `None` if no feature has the
    /// name.
    #[must_use]
    pub fn around(&self, name: &str) -> Option<Self> {
        let seeds = || self.nodes.iter().enumerate().filter(|(_, node)| node.name == name).map(|(at, _)| at);
        seeds().next()?;
        let below = self.reached(seeds(), |edge| (edge.from, edge.to));
        let above = self.reached(seeds(), |edge| (edge.to, edge.from));
        let is_kept: Vec<bool> = below.iter().zip(&above).map(|(below, above)| *below || *above).collect();
        Some(self.only(&is_kept))
    }

    /// Returns for each feature whether a path along the edges leads to it.
    fn reached(
        &self,
        seeds: impl Iterator<Item = usize>,
        ends: impl Fn(&FeatureEdge) -> (usize, usize),
    ) -> Vec<bool> {
        let mut next: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (from, to) in self.edges.iter().map(ends) {
            next.get_mut(from).into_iter().for_each(|next| next.push(to));
        }
        let mut is_reached = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = seeds.collect();
        while let Some(at) = open.pop() {
            let Some(seen) = is_reached.get_mut(at).filter(|seen| !**seen) else { continue };
            *seen = true;
            open.extend(next.get(at).into_iter().flatten());
        }
        is_reached
    }

    /// Returns the part with some of the features and the dependencies between them.
    fn only(&self, is_kept: &[bool]) -> Self {
        let mut new = Vec::with_capacity(self.nodes.len());
        let mut nodes = Vec::new();
        for (node, keep) in self.nodes.iter().zip(is_kept) {
            new.push(keep.then_some(nodes.len()));
            nodes.extend(keep.then(|| node.clone()));
        }
        let at = |old: usize| new.get(old).copied().flatten();
        let edges = self
            .edges
            .iter()
            .filter_map(|edge| Some(FeatureEdge { from: at(edge.from)?, to: at(edge.to)?, ..edge.clone() }));
        Self { at: self.at, edges: edges.collect(), has_vendors: are_of_several_vendors(&nodes), nodes }
    }
}

fn are_of_several_vendors(nodes: &[FeatureNode]) -> bool {
    nodes.iter().any(|node| nodes.first().is_some_and(|first| first.vendor != node.vendor))
}

impl FeatureNode {
    fn missing(vendor: &str, name: &str) -> Self {
        let (vendor, name) = (vendor.to_owned(), name.to_owned());
        Self { vendor, name, kind: NodeKind::Missing, usable: None, share: None, faults: Vec::new() }
    }
}

fn node(graph: &Graph<'_>, group: &FeatureGroup<'_>, usable: Option<Usable>) -> FeatureNode {
    let blocks = || group.blocks.iter().filter_map(|id| graph.block(*id));
    let share = blocks().find_map(|block| block.feature.share.as_ref().filter(|share| share.value.counts()));
    FeatureNode {
        vendor: group.vendor.as_str().to_owned(),
        name: group.name.as_str().to_owned(),
        kind: NodeKind::of(blocks().map(|block| block.feature.kind)),
        usable,
        share: share.map(|share| share.value.to_string()),
        faults: Vec::new(),
    }
}

fn usable(model: &Model, granted: &Entitlements, group: &FeatureGroup<'_>) -> Option<Usable> {
    let name = model.name(group.name.as_str())?;
    let is_own = |vendor: &Option<keywright_license::Name>| vendor.as_ref() == Some(group.vendor);
    granted.named(name).find(|one| is_own(&one.vendor)).map(|one| one.usable)
}

/// Faults by place.
struct FaultIndex<'a> {
    by_file: HashMap<usize, Vec<(Span, &'a Fault)>>,
}

impl<'a> FaultIndex<'a> {
    fn new(faults: &'a [PlacedFault]) -> Self {
        let mut by_file: HashMap<usize, Vec<(Span, &Fault)>> = HashMap::new();
        for placed in faults {
            for (file, span) in &placed.places {
                by_file.entry(*file).or_default().push((*span, &placed.fault));
            }
        }
        by_file.values_mut().for_each(|marks| marks.sort_by_key(|(span, _)| *span));
        Self { by_file }
    }

    /// Returns the first faults that begin within a span.
    fn within(&self, file: usize, span: Span) -> Vec<Fault> {
        let marks = self.by_file.get(&file).map_or(&[][..], Vec::as_slice);
        let first = marks.partition_point(|(place, _)| place.start < span.start);
        let rest = marks.get(first..).unwrap_or_default().iter();
        let inside = rest.take_while(|(place, _)| place.start < span.end.max(span.start + 1));
        inside.take(MOST_FAULTS).map(|(_, fault)| (*fault).clone()).collect()
    }
}
