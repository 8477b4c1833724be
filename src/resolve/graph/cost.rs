//! The draws of one checkout on each pool.

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::metrics::Metrics;
use super::model::{Graph, GraphBlockId, Hop, Step};

/// A number of licenses, in checked 64-bit arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// The number.
    Known(u64),
    /// Overflow of 64 bits, more than any pool has.
    TooMany,
}

impl Cost {
    fn times(self, count: u32) -> Self {
        match self {
            Self::Known(n) => n.checked_mul(u64::from(count)).map_or(Self::TooMany, Self::Known),
            Self::TooMany => Self::TooMany,
        }
    }

    fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Known(one), Self::Known(other)) => {
                one.checked_add(other).map_or(Self::TooMany, Self::Known)
            }
            _ => Self::TooMany,
        }
    }
}

/// The minimum draw of one checkout of a block on one pool, over all alternatives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolDraw {
    /// The sum over all paths, which is drawn if nothing is shared.
    pub sum: Cost,
    /// The largest single path, which is the minimum draw if a block on the path is shared.
    pub largest: Cost,
}

/// The draws of every block on every pool.
#[derive(Debug)]
pub struct Draws {
    nodes: Vec<Option<NodeDraws>>,
}

/// Maximum number of draws computed over all blocks. Reached only if very many tokens each reach very many pools; the
/// remaining blocks then have no draws.
const MAX_WORK: usize = 1_000_000;

#[derive(Debug)]
struct NodeDraws {
    /// Minimum draws by pool, for pools that are used with every choice of alternatives. A boxed slice saves memory: most
    /// nodes have one pool, and there may be 100,000 nodes.
    draws: Box<[(GraphBlockId, PoolDraw)]>,
    /// True if alternatives are reachable, so the actual draws may be larger.
    open: bool,
}

impl Draws {
    /// Computes the draws of every block of `graph` that reaches no fault.
    #[must_use]
    pub fn new(graph: &Graph<'_>, measures: &Metrics) -> Self {
        let mut nodes: Vec<Option<NodeDraws>> = Vec::new();
        nodes.resize_with(graph.net.node_count(), || None);
        let mut budget = MAX_WORK;
        for at in graph.order.iter().copied() {
            let block = graph.blocks.get(at.index());
            let work: usize = graph.net.edges(at).filter_map(|edge| size(&nodes, edge.target())).sum();
            let Some(rest) = budget.checked_sub(work + 1) else { break };
            budget = rest;
            let node = match block {
                Some(block) if measures.is_faulty(block.id) => None,
                Some(block) if block.is_token() => token(graph, &nodes, block.id),
                Some(block) => Some(pool(block.id)),
                None => choice(graph, &nodes, at),
            };
            if let Some(slot) = nodes.get_mut(at.index()) {
                *slot = node;
            }
        }
        // Those of names are only needed on the way.
        nodes.truncate(graph.blocks.len());
        nodes.shrink_to_fit();
        Self { nodes }
    }

    /// Returns the pools on which every checkout of a block draws, in file order, with the minimum draws, or `None` if they
    /// are unknown.
    #[must_use]
    pub fn get(&self, id: GraphBlockId) -> Option<&[(GraphBlockId, PoolDraw)]> {
        self.nodes.get(id.index())?.as_ref().map(|node| &*node.draws)
    }

    /// Returns the minimum draw of every checkout of a block on one pool, or `None` if it is zero or unknown.
    #[must_use]
    pub fn on(&self, id: GraphBlockId, pool: GraphBlockId) -> Option<PoolDraw> {
        let draws = self.get(id)?;
        let at = draws.binary_search_by_key(&pool, |(pool, _)| *pool).ok()?;
        draws.get(at).map(|(_, draw)| *draw)
    }

    /// Returns true if [`Self::get`] is the exact draw of the block because it reaches no alternatives.
    #[must_use]
    pub fn is_exact(&self, id: GraphBlockId) -> bool {
        self.nodes.get(id.index()).and_then(Option::as_ref).is_some_and(|node| !node.open)
    }
}

fn size(nodes: &[Option<NodeDraws>], at: NodeIndex) -> Option<usize> {
    nodes.get(at.index())?.as_ref().map(|node| node.draws.len())
}

fn pool(id: GraphBlockId) -> NodeDraws {
    let one = PoolDraw { sum: Cost::Known(1), largest: Cost::Known(1) };
    NodeDraws { draws: Box::new([(id, one)]), open: false }
}

fn token(graph: &Graph<'_>, nodes: &[Option<NodeDraws>], id: GraphBlockId) -> Option<NodeDraws> {
    let mut open = false;
    let mut draws: Vec<(GraphBlockId, PoolDraw)> = Vec::new();
    for edge in graph.net.edges(id.node()) {
        let node = nodes.get(edge.target().index())?.as_ref()?;
        let Step::Need(place) = edge.weight() else { continue };
        let count = graph.dependency(Hop { block: id, dependency: *place as usize })?.count;
        open |= node.open;
        draws.extend(node.draws.iter().map(|(pool, draw)| {
            (*pool, PoolDraw { sum: draw.sum.times(count), largest: draw.largest.times(count) })
        }));
    }
    draws.sort_by_key(|(pool, _)| *pool);
    draws.dedup_by(|(pool, one), (first, all)| {
        let is_same = pool == first;
        if is_same {
            *all = PoolDraw { sum: all.sum.plus(one.sum), largest: all.largest.max(one.largest) };
        }
        is_same
    });
    Some(NodeDraws { draws: draws.into(), open })
}

fn choice(graph: &Graph<'_>, nodes: &[Option<NodeDraws>], at: NodeIndex) -> Option<NodeDraws> {
    let mut alternatives = graph.net.edges(at);
    let first = nodes.get(alternatives.next()?.target().index())?.as_ref()?;
    let (mut least, mut open) = (first.draws.to_vec(), first.open);
    for edge in alternatives {
        let node = nodes.get(edge.target().index())?.as_ref()?;
        open = true;
        // Both lists are sorted by pool.
        let mut others = node.draws.iter().peekable();
        least.retain_mut(|(pool, draw)| {
            while others.next_if(|(other, _)| *other < *pool).is_some() {}
            let Some((_, other)) = others.next_if(|(other, _)| *other == *pool) else { return false };
            *draw = PoolDraw { sum: draw.sum.min(other.sum), largest: draw.largest.min(other.largest) };
            true
        });
    }
    Some(NodeDraws { draws: least.into(), open })
}
