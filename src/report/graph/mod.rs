//! The graph of features, one file per format.

mod dot;
mod json;
mod layout;
mod mermaid;
mod shapes;
mod svg;

use keywright_analysis::graph::{FeatureEdge, FeatureGraph, FeatureNode};
use keywright_resolve::Usable;

pub use dot::render as dot;
pub use json::render as json;
pub use mermaid::render as mermaid;
pub use svg::render as svg;

/// A graph with the names of its files.
#[derive(Debug, Clone, Copy)]
pub struct Pictured<'a> {
    /// The names of the files. Untrusted.
    pub files: &'a str,
    /// The graph.
    pub graph: &'a FeatureGraph,
}

/// Number of features up to which a picture has a box for each.
pub const MOST_BOXES: usize = 60;

/// Returns the second line of a box: the number of licenses, or of checkouts at once.
fn total(node: &FeatureNode) -> String {
    use keywright_analysis::graph::NodeKind;
    match (node.kind, node.usable) {
        (NodeKind::Missing, _) | (_, None) => "no valid block".to_owned(),
        (NodeKind::Local, _) => "not counted".to_owned(),
        (_, Some(Usable::Unlimited)) => "unlimited".to_owned(),
        (NodeKind::Token, Some(Usable::Exactly(0))) => "never runs".to_owned(),
        (NodeKind::Token | NodeKind::Mixed, Some(usable)) => format!("{usable} at once"),
        (NodeKind::Pool, Some(Usable::Exactly(1))) => "1 license".to_owned(),
        (NodeKind::Pool, Some(usable)) => format!("{usable} licenses"),
        (NodeKind::Metered, Some(usable)) => format!("{usable} (metered)"),
        (NodeKind::Activation, Some(usable)) => usable.to_string(),
    }
}

/// Returns the label of an edge: the number of licenses, after the number of the alternative.
fn label(edge: &FeatureEdge) -> String {
    match edge.alternative {
        Some(number) => format!("{number}: {}", edge.count),
        None => edge.count.to_string(),
    }
}

/// Returns the name of a feature, with its vendor if there are several.
fn name(graph: &FeatureGraph, node: &FeatureNode) -> String {
    if graph.has_vendors { format!("{} {}", node.vendor, node.name) } else { node.name.clone() }
}
