//! The graph in the language of Graphviz.

use std::fmt::Write as _;

use keywright_analysis::graph::NodeKind;

use super::{Pictured, label, name, total};
use crate::escape::escape;

/// Renders a graph for `dot`.
#[must_use]
pub fn render(pictured: &Pictured<'_>) -> String {
    let graph = pictured.graph;
    let mut out = "digraph licenses {\n  rankdir=LR\n  node [shape=box fontname=\"sans-serif\"]\n".to_owned();
    for (at, node) in graph.nodes.iter().enumerate() {
        let shape = match node.kind {
            NodeKind::Pool | NodeKind::Metered | NodeKind::Activation => {
                " style=filled fillcolor=\"#ddf4ff\""
            }
            NodeKind::Missing => " style=dashed",
            NodeKind::Token | NodeKind::Mixed | NodeKind::Local => " style=rounded",
        };
        let frame = if node.share.is_some() { " peripheries=2" } else { "" };
        let fault = if node.faults.is_empty() { "" } else { " color=red" };
        let share = node.share.as_ref().map(|share| format!("\\nSHARE={share}")).unwrap_or_default();
        let text = format!("{}\\n{}{share}", quoted(&name(graph, node)), total(node));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  n{at} [label=\"{text}\"{shape}{frame}{fault}]");
    }
    for edge in &graph.edges {
        let style = if edge.alternative.is_some() { " style=dashed" } else { "" };
        let fault = if edge.faults.is_empty() { "" } else { " color=red" };
        let _ = writeln!(out, "  n{} -> n{} [label=\"{}\"{style}{fault}]", edge.from, edge.to, label(edge));
    }
    out + "}\n"
}

fn quoted(text: &str) -> String {
    escape(text).replace('\\', "\\\\").replace('"', "\\\"")
}
