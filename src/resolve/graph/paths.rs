//! Paths through the graph, from a block to the block that causes a finding.

use std::collections::{BTreeSet, HashMap, VecDeque};

use petgraph::Direction;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::model::{Graph, GraphBlockId, Hop, Step};

/// A chain of dependencies: each hop leads to the block of the next one, the last to `end`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The steps, starting at the dependent block.
    pub hops: Vec<Hop>,
    /// The last block.
    pub end: GraphBlockId,
}

impl Chain {
    /// Returns the blocks along the chain, both ends included.
    pub fn blocks(&self) -> impl Iterator<Item = GraphBlockId> {
        self.hops.iter().map(|hop| hop.block).chain([self.end])
    }
}

/// The next edge on a shortest path to a goal, for every node.
#[derive(Debug)]
pub struct ShortestPaths {
    next: Vec<Option<EdgeIndex>>,
}

impl ShortestPaths {
    /// Returns true if a path starts at the block.
    #[must_use]
    pub fn leads_from(&self, from: GraphBlockId) -> bool {
        self.next.get(from.index()).is_some_and(Option::is_some)
    }
}

impl Graph<'_> {
    /// Finds shortest paths from all blocks to the nearest block that `is_goal` accepts, with a single backward search for
    /// any number of goals.
    #[must_use]
    pub fn ways_to(&self, is_goal: impl Fn(GraphBlockId) -> bool) -> ShortestPaths {
        let mut next = vec![None; self.net.node_count()];
        let goals = self.blocks.iter().map(|block| block.id).filter(|id| is_goal(*id));
        let mut queue: VecDeque<NodeIndex> = goals.map(GraphBlockId::node).collect();
        let mut seen = vec![false; self.net.node_count()];
        for goal in &queue {
            mark(&mut seen, *goal);
        }
        while let Some(at) = queue.pop_front() {
            for edge in self.net.edges_directed(at, Direction::Incoming) {
                if let Some(slot) = next.get_mut(edge.source().index())
                    && slot.is_none()
                {
                    *slot = Some(edge.id());
                }
                if mark(&mut seen, edge.source()) {
                    queue.push_back(edge.source());
                }
            }
        }
        ShortestPaths { next }
    }

    /// Returns the path from a block to the first goal other than itself. Takes at most `budget` steps, and subtracts them
    /// from `budget`.
    #[must_use]
    pub fn way(
        &self,
        ways: &ShortestPaths,
        from: GraphBlockId,
        is_goal: impl Fn(GraphBlockId) -> bool,
        budget: &mut usize,
    ) -> Option<Chain> {
        let mut hops = Vec::new();
        let mut block = from;
        let mut at = from.node();
        loop {
            *budget = budget.checked_sub(1)?;
            let edge = (*ways.next.get(at.index())?)?;
            let (_, to) = self.net.edge_endpoints(edge)?;
            if let Some(Step::Need(dependency)) = self.net.edge_weight(edge) {
                hops.push(Hop { block, dependency: *dependency as usize });
            }
            if to.index() < self.blocks.len() {
                block = GraphBlockId::new(to.index());
                if block == from {
                    return None;
                }
                if is_goal(block) {
                    return Some(Chain { hops, end: block });
                }
            }
            at = to;
        }
    }
}

/// A search direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchDirection {
    /// Toward the blocks that a block depends on.
    Pools,
    /// Toward the blocks that depend on a block.
    Tokens,
}

impl Graph<'_> {
    /// Returns the blocks that are reachable through any alternative, the start blocks included, in file order. Visits at
    /// most `budget` edges and subtracts them from `budget`; returns `None` if more are needed.
    #[must_use]
    pub fn reached(
        &self,
        from: impl IntoIterator<Item = GraphBlockId>,
        toward: SearchDirection,
        budget: &mut usize,
    ) -> Option<Vec<GraphBlockId>> {
        let direction = match toward {
            SearchDirection::Pools => Direction::Outgoing,
            SearchDirection::Tokens => Direction::Incoming,
        };
        let mut queue: Vec<NodeIndex> = from.into_iter().map(GraphBlockId::node).collect();
        let mut seen: BTreeSet<NodeIndex> = queue.iter().copied().collect();
        while let Some(at) = queue.pop() {
            for next in self.net.neighbors_directed(at, direction) {
                *budget = budget.checked_sub(1)?;
                if seen.insert(next) {
                    queue.push(next);
                }
            }
        }
        let blocks = seen.into_iter().map(NodeIndex::index).take_while(|at| *at < self.blocks.len());
        Some(blocks.map(GraphBlockId::new).collect())
    }

    /// Returns a shortest chain from one block to another. Visits at most `budget` edges and subtracts them from `budget`.
    #[must_use]
    pub fn chain_between(&self, from: GraphBlockId, to: GraphBlockId, budget: &mut usize) -> Option<Chain> {
        let mut came: HashMap<NodeIndex, EdgeIndex> = HashMap::new();
        let mut queue = VecDeque::from([from.node()]);
        while let Some(at) = queue.pop_front() {
            for edge in self.net.edges(at) {
                *budget = budget.checked_sub(1)?;
                if edge.target() == to.node() {
                    return Some(Chain { hops: back_to(self, &came, from.node(), edge.id()), end: to });
                }
                came.entry(edge.target()).or_insert_with(|| {
                    queue.push_back(edge.target());
                    edge.id()
                });
            }
        }
        None
    }
}

fn mark(seen: &mut [bool], node: NodeIndex) -> bool {
    seen.get_mut(node.index()).is_some_and(|seen| !std::mem::replace(seen, true))
}

/// Returns the hops from `start` to the end of the edge `closing`; `came` has the edge through which each node was
/// reached.
pub(super) fn back_to(
    graph: &Graph<'_>,
    came: &HashMap<NodeIndex, EdgeIndex>,
    start: NodeIndex,
    closing: EdgeIndex,
) -> Vec<Hop> {
    let mut edges = vec![closing];
    let mut at = graph.net.edge_endpoints(closing).map(|(from, _)| from);
    while let Some(node) = at.filter(|node| *node != start) {
        let Some(edge) = came.get(&node) else { break };
        edges.push(*edge);
        at = graph.net.edge_endpoints(*edge).map(|(from, _)| from);
    }
    let needs = edges.iter().rev().filter_map(|edge| {
        let (from, _) = graph.net.edge_endpoints(*edge)?;
        match graph.net.edge_weight(*edge)? {
            Step::Need(place) => {
                Some(Hop { block: GraphBlockId::new(from.index()), dependency: *place as usize })
            }
            Step::Choice => None,
        }
    });
    needs.collect()
}
