//! Boxes and lines of the picture: of single features, or of groups if there are too many.

use keywright_analysis::graph::{FeatureGraph, FeatureNode, FeatureSet, NodeKind};
use keywright_resolve::Usable;

use super::layout::BoxSize;
use super::{MOST_BOXES, label, name, total};

/// A box of the picture.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// The lines of text; the first is the heading.
    pub(super) lines: Vec<String>,
    /// The classes of style.
    pub(super) class: &'static str,
    pub(super) size: BoxSize,
    /// SHARE, shown on a frame around the box.
    pub(super) share: Option<String>,
    /// Shown when the pointer is over the box.
    pub(super) title: String,
    pub(super) is_faulty: bool,
}

/// A line of the picture.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    pub(super) title: String,
    pub(super) is_dashed: bool,
    pub(super) is_faulty: bool,
}

/// The average width of a character and the height of a line.
const CHARACTER: f64 = 7.6;
const LINE: f64 = 17.0;
/// Space of a frame around a box.
pub(super) const FRAME: f64 = 10.0;
/// The number of features that a group names.
const NAMED: usize = 6;
/// Longest text of a line.
const LONGEST: usize = 44;

impl Shape {
    fn new(lines: Vec<String>, class: &'static str) -> Self {
        let lines: Vec<String> = lines.into_iter().map(|line| shortened(&line)).collect();
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
        let size =
            BoxSize { width: number(longest) * CHARACTER + 24.0, height: number(lines.len()) * LINE + 14.0 };
        Self { lines, class, size, share: None, title: String::new(), is_faulty: false }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Numbers of a picture are small.
pub(super) fn number(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Returns the boxes and lines of a graph: grouped if it has more than [`MOST_BOXES`] features.
pub(super) fn shapes(graph: &FeatureGraph) -> (Vec<Shape>, Vec<Arrow>) {
    if graph.nodes.len() > MOST_BOXES { grouped(graph) } else { single(graph) }
}

fn single(graph: &FeatureGraph) -> (Vec<Shape>, Vec<Arrow>) {
    let boxes = graph.nodes.iter().map(|node| feature(graph, node)).collect();
    let arrows = graph.edges.iter().map(|edge| {
        let faults: Vec<String> =
            edge.faults.iter().map(|fault| format!("{} {}", fault.code, fault.message)).collect();
        Arrow {
            from: edge.from,
            to: edge.to,
            label: label(edge),
            title: [vec![format!("COUNT={} VERSION={}", edge.count, edge.version)], faults]
                .concat()
                .join("\n"),
            is_dashed: edge.alternative.is_some(),
            is_faulty: !edge.faults.is_empty(),
        }
    });
    (boxes, arrows.collect())
}

/// Returns the number of licenses of a pool.
fn licenses(node: &FeatureNode) -> Option<u64> {
    match (node.kind, node.usable) {
        (NodeKind::Pool, Some(Usable::Exactly(count) | Usable::AtLeast(count))) => Some(count),
        _ => None,
    }
}

fn feature(graph: &FeatureGraph, node: &FeatureNode) -> Shape {
    let class = match node.kind {
        NodeKind::Token | NodeKind::Mixed => "token",
        NodeKind::Pool | NodeKind::Metered | NodeKind::Activation | NodeKind::Local => "pool",
        NodeKind::Missing => "missing",
    };
    let mut shape = Shape::new(vec![name(graph, node), total(node)], class);
    if let Some(count) = licenses(node) {
        shape.size.height += extra(count);
    }
    shape.share = node.share.as_ref().map(|share| format!("SHARE={share}"));
    if let Some(share) = &shape.share {
        shape.size.width = shape.size.width.max(number(share.len()) * CHARACTER);
    }
    shape.is_faulty = !node.faults.is_empty() || node.kind == NodeKind::Missing;
    let faults = node.faults.iter().map(|fault| format!("{} {}", fault.code, fault.message));
    shape.title = std::iter::once(format!("{} {}", node.vendor, node.name))
        .chain(faults)
        .collect::<Vec<_>>()
        .join("\n");
    shape
}

/// Returns how much higher the box of a pool is: in proportion to the logarithm, because pools of 5 and of 5,000 licenses
/// fit in one picture.
fn extra(count: u64) -> f64 {
    f64::from(64 - count.leading_zeros()) * 5.0
}

/// Draws pools and groups of tokens. The largest groups have boxes, the rest share one.
fn grouped(graph: &FeatureGraph) -> (Vec<Shape>, Vec<Arrow>) {
    let groups = graph.grouped();
    let (mut boxes, mut arrows) = (Vec::new(), Vec::new());
    // The largest groups, with all their pools: half of the boxes each.
    let (mut shown, mut drawn): (Vec<usize>, Vec<&FeatureSet>) = (Vec::new(), Vec::new());
    for set in &groups.sets {
        let new: Vec<usize> = set.pools.iter().copied().filter(|pool| !shown.contains(pool)).collect();
        if drawn.len() < MOST_BOXES / 2 - 1 && shown.len() + new.len() <= MOST_BOXES / 2 {
            shown.extend(new);
            drawn.push(set);
        }
    }
    shown.sort_unstable();
    boxes.extend(shown.iter().filter_map(|at| graph.nodes.get(*at)).map(|node| feature(graph, node)));
    for set in &drawn {
        let from = boxes.len();
        boxes.push(group(graph, set));
        for to in set.pools.iter().filter_map(|pool| shown.iter().position(|shown| shown == pool)) {
            let (label, title) = (String::new(), String::new());
            arrows.push(Arrow { from, to, label, title, is_dashed: false, is_faulty: false });
        }
    }
    let of = |sets: usize, features: usize| format!("{features} features in {sets} other groups");
    let features: usize = groups.sets.iter().map(|set| set.features.len()).sum();
    let named: usize = drawn.iter().map(|set| set.features.len()).sum();
    let mut rest = Vec::new();
    if features > named {
        rest.push(of(groups.sets.len() - drawn.len(), features - named));
    }
    if groups.pools.len() > shown.len() {
        rest.push(format!("{} other pools", groups.pools.len() - shown.len()));
    }
    if !groups.others.is_empty() {
        rest.push(format!("{} features that no token draws on", groups.others.len()));
    }
    if !rest.is_empty() {
        boxes.push(Shape::new(rest, "rest"));
    }
    (boxes, arrows)
}

fn group(graph: &FeatureGraph, set: &FeatureSet) -> Shape {
    let nodes = || set.features.iter().filter_map(|at| graph.nodes.get(*at));
    let count = set.features.len();
    let heading = if count == 1 { "1 token".to_owned() } else { format!("{count} tokens") };
    let mut lines = vec![heading];
    lines.extend(nodes().take(NAMED).map(|node| format!("{}, {}", name(graph, node), total(node))));
    if count > NAMED {
        lines.push(format!("and {} more", count - NAMED));
    }
    let mut shape = Shape::new(lines, "token");
    let faults = nodes().flat_map(|node| node.faults.iter().map(move |fault| (node, fault)));
    let titles =
        faults.take(NAMED).map(|(node, fault)| format!("{}: {} {}", node.name, fault.code, fault.message));
    shape.title = titles.collect::<Vec<_>>().join("\n");
    shape.is_faulty = nodes().any(|node| !node.faults.is_empty());
    shape
}
