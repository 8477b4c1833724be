//! The graph in the language of Mermaid, which GitHub and GitLab draw in Markdown.

use std::fmt::Write as _;

use keywright_analysis::graph::NodeKind;

use super::{Pictured, label, name, total};
use crate::xml::xml;

/// Renders a graph for Mermaid.
#[must_use]
pub fn render(pictured: &Pictured<'_>) -> String {
    let graph = pictured.graph;
    let mut out = "flowchart LR\n".to_owned();
    let mut faulty: Vec<String> = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let share = node.share.as_ref().map(|share| format!("<br/>SHARE={share}")).unwrap_or_default();
        let text = format!("{}<br/>{}{share}", xml(&name(graph, node)), total(node));
        let (open, close) = match node.kind {
            NodeKind::Pool | NodeKind::Metered | NodeKind::Activation => ("[(", ")]"),
            NodeKind::Missing => ("{{", "}}"),
            NodeKind::Token | NodeKind::Mixed | NodeKind::Local => ("(", ")"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(out, "  n{at}{open}\"{text}\"{close}");
        faulty.extend((!node.faults.is_empty()).then(|| format!("n{at}")));
    }
    let mut red: Vec<String> = Vec::new();
    for (at, edge) in graph.edges.iter().enumerate() {
        let arrow = if edge.alternative.is_some() { "-.->" } else { "-->" };
        let _ = writeln!(out, "  n{} {arrow}|\"{}\"| n{}", edge.from, label(edge), edge.to);
        red.extend((!edge.faults.is_empty()).then(|| at.to_string()));
    }
    if !faulty.is_empty() {
        let _ = writeln!(
            out,
            "  classDef fault stroke:#cf222e,stroke-width:2px\n  class {} fault",
            faulty.join(",")
        );
    }
    if !red.is_empty() {
        let _ = writeln!(out, "  linkStyle {} stroke:#cf222e", red.join(","));
    }
    out
}
