//! The graph in JSON, version 1. These structs are a public interface: fields may only be added.

use keywright_analysis::graph::Fault;
use serde::Serialize;

use super::Pictured;
use crate::escape::escape;
use crate::to_json;
use crate::usable_json::{UsableJson, bound};

#[derive(Debug, Serialize)]
struct GraphJson {
    version: u32,
    at: String,
    files: String,
    features: Vec<NodeJson>,
    dependencies: Vec<EdgeJson>,
}

#[derive(Debug, Serialize)]
struct NodeJson {
    vendor: String,
    feature: String,
    kind: &'static str,
    usable: Option<UsableJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bound: Option<&'static str>,
    share: Option<String>,
    faults: Vec<FaultJson>,
}

#[derive(Debug, Serialize)]
struct EdgeJson {
    from: usize,
    to: usize,
    count: u32,
    version: String,
    alternative: Option<usize>,
    faults: Vec<FaultJson>,
}

#[derive(Debug, Serialize)]
struct FaultJson {
    code: &'static str,
    message: String,
}

/// Renders a graph as JSON.
///
/// # Errors
/// Returns an error if serialisation fails, which these types cannot cause.
pub fn render(pictured: &Pictured<'_>) -> serde_json::Result<String> {
    let graph = pictured.graph;
    let features = graph.nodes.iter().map(|node| NodeJson {
        vendor: escape(&node.vendor).into_owned(),
        feature: escape(&node.name).into_owned(),
        kind: node.kind.as_str(),
        usable: node.usable.map(UsableJson::new),
        bound: node.usable.and_then(bound),
        share: node.share.clone(),
        faults: faults(&node.faults),
    });
    let dependencies = graph.edges.iter().map(|edge| EdgeJson {
        from: edge.from,
        to: edge.to,
        count: edge.count,
        version: edge.version.clone(),
        alternative: edge.alternative,
        faults: faults(&edge.faults),
    });
    to_json::document(&GraphJson {
        version: 1,
        at: graph.at.to_string(),
        files: escape(pictured.files).into_owned(),
        features: features.collect(),
        dependencies: dependencies.collect(),
    })
}

fn faults(faults: &[Fault]) -> Vec<FaultJson> {
    let one = |fault: &Fault| FaultJson { code: fault.code, message: escape(&fault.message).into_owned() };
    faults.iter().map(one).collect()
}
