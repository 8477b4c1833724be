//! Places of boxes and lines, computed by dagre.

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{EdgeLabel, LayoutOptions, NodeLabel, RankDir};

/// A box to place.
#[derive(Debug, Clone, Copy)]
pub(super) struct BoxSize {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A line to place, between two boxes by their indices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// The width of its label.
    pub(super) label: f64,
}

/// The places of all boxes and lines.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// The centres of the boxes.
    pub(super) boxes: Vec<(f64, f64)>,
    pub(super) lines: Vec<LayoutLine>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A placed line.
#[derive(Debug, Clone, Default)]
pub(super) struct LayoutLine {
    pub(super) points: Vec<(f64, f64)>,
    /// The centre of its label.
    pub(super) label: (f64, f64),
}

/// Space around the picture.
const MARGIN: f64 = 16.0;
/// Height of a label.
const LABEL: f64 = 16.0;

/// Places boxes and lines, from left to right.
pub(super) fn place(boxes: &[BoxSize], links: &[Link]) -> Places {
    let options = GraphOptions { directed: true, multigraph: true, compound: false };
    let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(options);
    for (at, size) in boxes.iter().enumerate() {
        let label = NodeLabel { width: size.width, height: size.height, ..NodeLabel::default() };
        graph.set_node(at.to_string(), Some(label));
    }
    for (at, link) in links.iter().enumerate() {
        let (labelpos, label_offset) = (LabelPos::Center, 0.0);
        let label =
            EdgeLabel { width: link.label, height: LABEL, labelpos, label_offset, ..EdgeLabel::default() };
        graph.set_edge(link.from.to_string(), link.to.to_string(), Some(label), Some(&at.to_string()));
    }
    // Many lines need room between the columns, so that they do not become steep.
    let columns = 40.0 + links.iter().map(|_| 1.5).sum::<f64>().min(160.0);
    let options = LayoutOptions {
        rankdir: RankDir::LR,
        nodesep: 18.0,
        edgesep: 12.0,
        ranksep: columns,
        marginx: MARGIN,
        marginy: MARGIN,
        ..LayoutOptions::default()
    };
    dagre::layout(&mut graph, Some(options));
    collect(&graph, boxes, links)
}

/// Lets a line to the right begin in the middle of the right side of its box, so that it does not cross the boxes above or
/// below it.
fn begin_at_side(points: &mut [(f64, f64)], side: (f64, f64)) {
    if let [first, next, ..] = points
        && next.0 > side.0
    {
        *first = side;
    }
}

fn collect(graph: &Graph<NodeLabel, EdgeLabel>, boxes: &[BoxSize], links: &[Link]) -> Places {
    let mut places = Places::default();
    for (at, size) in boxes.iter().enumerate() {
        let node = graph.node(&at.to_string());
        let (x, y) = node.and_then(|node| Some((node.x?, node.y?))).unwrap_or((MARGIN, MARGIN));
        places.width = places.width.max(x + size.width / 2.0 + MARGIN);
        places.height = places.height.max(y + size.height / 2.0 + MARGIN);
        places.boxes.push((x, y));
    }
    for (at, link) in links.iter().enumerate() {
        let edge = graph.edge(&link.from.to_string(), &link.to.to_string(), Some(&at.to_string()));
        let mut points: Vec<(f64, f64)> =
            edge.into_iter().flat_map(|edge| &edge.points).map(|point| (point.x, point.y)).collect();
        if let (Some((x, y)), Some(size)) = (places.boxes.get(link.from), boxes.get(link.from)) {
            begin_at_side(&mut points, (x + size.width / 2.0, *y));
        }
        for (x, y) in &points {
            places.width = places.width.max(x + MARGIN);
            places.height = places.height.max(y + MARGIN);
        }
        let middle = points.get(points.len() / 2).copied().unwrap_or_default();
        let label = edge.and_then(|edge| Some((edge.x?, edge.y?))).unwrap_or(middle);
        places.width = places.width.max(label.0 + link.label / 2.0 + MARGIN);
        places.lines.push(LayoutLine { points, label });
    }
    places
}
