//! Topological order of the graph, its cycles, and the longest chain and total cost of each block.

use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::model::{Graph, GraphBlock, GraphBlockId, Hop, Step};
use super::paths::Chain;

/// Measures of each block, computed from the blocks it depends on.
#[derive(Debug)]
pub struct Metrics {
    /// Cycles, each as the hops from its first block back to it; one per strongly connected component.
    pub cycles: Vec<Vec<Hop>>,
    nodes: Vec<NodeMetrics>,
}

#[derive(Debug, Clone, Copy, Default)]
struct NodeMetrics {
    /// Maximum number of steps to a real license.
    depth: u32,
    /// The first edge of the longest chain.
    deepest: Option<EdgeIndex>,
    /// Total licenses of the cheapest alternative; `None` on overflow of 64 bits.
    total: Option<u64>,
    /// True if a cycle is reachable, so depth and cost are unknown.
    endless: bool,
    /// True if a fault is reachable, so its consequences are not reported.
    faulty: bool,
}

impl Metrics {
    /// Computes the measures of every block of `graph`.
    #[must_use]
    pub fn new(graph: &Graph<'_>) -> Self {
        let (order, components) = (&graph.order, &graph.components);
        let mut nodes = vec![NodeMetrics::default(); graph.net.node_count()];
        for node in components.iter().flatten() {
            if let Some(node) = nodes.get_mut(node.index()) {
                *node = NodeMetrics { endless: true, faulty: true, ..NodeMetrics::default() };
            }
        }
        for at in order.iter().copied() {
            let measured = measure(graph, &nodes, at);
            if let Some(node) = nodes.get_mut(at.index()) {
                *node = measured;
            }
        }
        let mut cycles: Vec<Vec<Hop>> =
            components.iter().filter_map(|component| cycle(graph, component)).collect();
        cycles.sort_by_key(|cycle| cycle.first().map(|hop| hop.block));
        Self { cycles, nodes }
    }

    fn node(&self, id: GraphBlockId) -> NodeMetrics {
        self.nodes.get(id.index()).copied().unwrap_or_default()
    }

    /// Returns the maximum number of TOKEN_DEPENDENCY steps from a block to a real license, over all alternatives and
    /// regardless of dates, or `None` if a cycle is reachable.
    #[must_use]
    pub fn depth(&self, id: GraphBlockId) -> Option<u32> {
        let node = self.node(id);
        (!node.endless).then_some(node.depth)
    }

    /// Returns the total number of licenses for one checkout with the cheapest alternatives. `Some(None)` is an overflow;
    /// `None` means that a fault is reachable.
    #[must_use]
    pub fn total(&self, id: GraphBlockId) -> Option<Option<u64>> {
        let node = self.node(id);
        (!node.faulty).then_some(node.total)
    }

    /// Returns true if the block reaches an unserved dependency or a cycle.
    #[must_use]
    pub fn is_faulty(&self, id: GraphBlockId) -> bool {
        self.node(id).faulty
    }

    /// Returns true if the cost of every dependency of the block fits in 64 bits, so an overflow starts at this block.
    #[must_use]
    pub fn needs_are_countable(&self, graph: &Graph<'_>, id: GraphBlockId) -> bool {
        graph.net.edges(id.node()).all(|edge| {
            self.nodes.get(edge.target().index()).is_some_and(|node| !node.faulty && node.total.is_some())
        })
    }

    /// Returns the second block of the longest chain from a block.
    #[must_use]
    pub fn next_in_chain(&self, graph: &Graph<'_>, id: GraphBlockId) -> Option<GraphBlockId> {
        let mut at = id.node();
        loop {
            let edge = self.nodes.get(at.index())?.deepest?;
            (_, at) = graph.net.edge_endpoints(edge)?;
            if at.index() < graph.blocks.len() {
                return Some(GraphBlockId::new(at.index()));
            }
        }
    }

    /// Returns the longest chain from a block.
    #[must_use]
    pub fn longest_chain(&self, graph: &Graph<'_>, id: GraphBlockId) -> Chain {
        let mut hops = Vec::new();
        let mut block = id;
        let mut at = id.node();
        while let Some(edge) = self.nodes.get(at.index()).and_then(|node| node.deepest) {
            let Some((_, to)) = graph.net.edge_endpoints(edge) else { break };
            if let Some(Step::Need(dependency)) = graph.net.edge_weight(edge) {
                hops.push(Hop { block, dependency: *dependency as usize });
            }
            if to.index() < graph.blocks.len() {
                block = GraphBlockId::new(to.index());
            }
            at = to;
        }
        Chain { hops, end: block }
    }
}

impl Graph<'_> {
    /// Sorts the indices of all names topologically: each name is before the names that its tokens depend on, in any
    /// version. The dependencies of blocks that `is_leaf` accepts are ignored.
    ///
    /// Kahn's algorithm: linear in the number of dependencies, no recursion.
    ///
    /// # Errors
    /// Returns the names along a cycle; the first name is repeated at the end.
    pub fn sort_names(&self, is_leaf: impl Fn(GraphBlockId) -> bool) -> Result<Vec<usize>, Vec<usize>> {
        let next = |name: usize| {
            let blocks = self.names.get(name).map(|named| named.blocks.as_slice()).unwrap_or_default();
            let tokens = blocks
                .iter()
                .copied()
                .filter(|id| self.block(*id).is_some_and(GraphBlock::is_token) && !is_leaf(*id));
            tokens.flat_map(|id| self.names_of_needs(id).flatten())
        };
        let mut waiting = vec![0_usize; self.names.len()];
        for name in (0..self.names.len()).flat_map(next) {
            if let Some(count) = waiting.get_mut(name) {
                *count += 1;
            }
        }
        let mut order: Vec<usize> = Vec::with_capacity(waiting.len());
        order.extend(waiting.iter().enumerate().filter(|(_, count)| **count == 0).map(|(name, _)| name));
        let mut at = 0;
        while let Some(name) = order.get(at).copied() {
            at += 1;
            for below in next(name) {
                if let Some(count) = waiting.get_mut(below) {
                    *count -= 1;
                    if *count == 0 {
                        order.push(below);
                    }
                }
            }
        }
        if order.len() == waiting.len() { Ok(order) } else { Err(ring(&waiting, next)) }
    }
}

/// Finds a cycle among the names that were not sorted. Each of them has such a predecessor, so walking backwards returns
/// to a name that was visited before.
fn ring<N: Iterator<Item = usize>>(waiting: &[usize], next: impl Fn(usize) -> N) -> Vec<usize> {
    let is_left = |name: usize| waiting.get(name).is_some_and(|count| *count > 0);
    let left = || (0..waiting.len()).filter(|name| is_left(*name));
    let mut before: HashMap<usize, usize> = HashMap::new();
    for name in left() {
        before.extend(next(name).filter(|below| is_left(*below)).map(|below| (below, name)));
    }
    let mut seen = HashSet::new();
    let mut at = left().next().unwrap_or_default();
    while seen.insert(at) {
        at = before.get(&at).copied().unwrap_or(at);
    }
    let back = std::iter::successors(Some(at), |name| before.get(name).copied().filter(|name| *name != at));
    let back: Vec<usize> = back.collect();
    std::iter::once(at).chain(back.into_iter().rev()).collect()
}

/// Returns the nodes outside cycles, dependencies first, and the strongly connected components with cycles.
pub(super) fn order(graph: &Graph<'_>) -> (Vec<NodeIndex>, Vec<Vec<NodeIndex>>) {
    if let Ok(names) = graph.sort_names(|_| false) {
        let all = || graph.blocks.iter();
        let unnamed = all().filter(|block| block.feature.vendor.is_none() && block.copy_of.is_none());
        let copies = all().filter(|block| block.copy_of.is_some());
        let node = |block: &GraphBlock<'_>| block.id.node();
        let named = names.iter().rev().filter_map(|name| graph.names.get(*name));
        let nodes = named.flat_map(|named| named.blocks.iter().map(|id| id.node()).chain([named.node]));
        return (unnamed.map(node).chain(nodes).chain(copies.map(node)).collect(), Vec::new());
    }
    let mut order = Vec::new();
    let mut components = Vec::new();
    for part in kosaraju_scc(&graph.net) {
        // Self-dependencies are not edges, so a single node is never a cycle.
        if part.len() > 1 { components.push(part) } else { order.extend(part) }
    }
    (order, components)
}

fn measure(graph: &Graph<'_>, nodes: &[NodeMetrics], at: NodeIndex) -> NodeMetrics {
    let block = graph.blocks.get(at.index());
    match block {
        Some(block) if block.is_token() => token(graph, nodes, at, block.id),
        Some(_) => NodeMetrics { total: Some(1), ..NodeMetrics::default() },
        None => choice(graph, nodes, at),
    }
}

fn token(graph: &Graph<'_>, nodes: &[NodeMetrics], at: NodeIndex, id: GraphBlockId) -> NodeMetrics {
    let served = graph.net.edges(at).count();
    let needed = graph.needs(id).count();
    let mut found = NodeMetrics { total: Some(0), faulty: served < needed, ..NodeMetrics::default() };
    for edge in graph.net.edges(at) {
        let Some(node) = nodes.get(edge.target().index()) else { continue };
        let Step::Need(place) = edge.weight() else { continue };
        let count = graph.dependency(Hop { block: id, dependency: *place as usize }).map_or(0, |d| d.count);
        found.endless |= node.endless;
        found.faulty |= node.faulty;
        let cost = node.total.and_then(|total| total.checked_mul(u64::from(count)));
        found.total = found.total.zip(cost).and_then(|(sum, cost)| sum.checked_add(cost));
        if found.deepest.is_none() || node.depth + 1 > found.depth {
            found.depth = node.depth + 1;
            found.deepest = Some(edge.id());
        }
    }
    found
}

fn choice(graph: &Graph<'_>, nodes: &[NodeMetrics], at: NodeIndex) -> NodeMetrics {
    let mut found = NodeMetrics::default();
    for edge in graph.net.edges(at) {
        let Some(node) = nodes.get(edge.target().index()) else { continue };
        found.endless |= node.endless;
        found.faulty |= node.faulty;
        found.total = match (found.total, node.total) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        if found.deepest.is_none() || node.depth > found.depth {
            found.depth = node.depth;
            found.deepest = Some(edge.id());
        }
    }
    found
}

/// A shortest cycle through the first block of a strongly connected component.
fn cycle(graph: &Graph<'_>, component: &[NodeIndex]) -> Option<Vec<Hop>> {
    let start = component.iter().copied().filter(|node| node.index() < graph.blocks.len()).min()?;
    let inside: HashSet<NodeIndex> = component.iter().copied().collect();
    let mut came: HashMap<NodeIndex, EdgeIndex> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for edge in graph.net.edges(at).filter(|edge| inside.contains(&edge.target())) {
            if edge.target() == start {
                return Some(super::paths::back_to(graph, &came, start, edge.id()));
            }
            came.entry(edge.target()).or_insert_with(|| {
                queue.push_back(edge.target());
                edge.id()
            });
        }
    }
    None
}
