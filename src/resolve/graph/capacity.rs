//! Sizes of pools, and the maximum count that one checkout can get through a chain.

use rust_decimal::prelude::ToPrimitive as _;

use petgraph::visit::EdgeRef;

use keywright_license::{Count, Feature, Kind, Payment};

use super::model::{Graph, GraphBlock, GraphBlockId, Hop, Step};

/// Capacities of all blocks of a graph.
#[derive(Debug)]
pub struct Capacities {
    /// The largest count that a block grants to one request; `u64::MAX` is unlimited.
    nodes: Vec<u64>,
}

/// The value for unlimited.
pub const UNLIMITED: u64 = u64::MAX;

impl Graph<'_> {
    /// Returns the size of a real license, regardless of dates: for a pool, its licenses including UPGRADE blocks; for a
    /// METERED balance, the sum of all blocks of the name. Returns [`UNLIMITED`] if there is no limit.
    #[must_use]
    pub fn pool_size(&self, id: GraphBlockId) -> u64 {
        let Some(block) = self.block(id) else { return 0 };
        let others = self.name_of(id).map(|named| named.blocks.as_slice()).unwrap_or_default();
        let all_of = |kind: Kind| {
            let blocks = others.iter().filter_map(|id| self.block(*id));
            blocks.filter(move |block| block.feature.kind == kind).map(|block| own_size(block.feature))
        };
        match block.feature.kind {
            Kind::Exclusive => all_of(Kind::Upgrade).fold(own_size(block.feature), u64::saturating_add),
            Kind::Metered => all_of(Kind::Metered).fold(0, u64::saturating_add),
            _ => own_size(block.feature),
        }
    }
}

impl GraphBlock<'_> {
    /// Returns the size of the block alone, in licenses or prepaid METERED units; [`UNLIMITED`] if there is no limit.
    #[must_use]
    pub fn own_size(&self) -> u64 {
        own_size(self.feature)
    }
}

/// The size of a block alone.
fn own_size(feature: &Feature) -> u64 {
    match (feature.count.map(|count| count.value), feature.metered.as_deref()) {
        (Some(Count::Limited(n)), _) => u64::from(n),
        (Some(Count::Unlimited), _) => UNLIMITED,
        (None, Some(metered)) if metered.payment == Payment::Prepaid => {
            let bought = metered.funds.zip(metered.price);
            let tokens = bought.and_then(|(funds, price)| funds.value.amount.checked_div(price.value.amount));
            tokens.and_then(|tokens| tokens.floor().to_u64()).unwrap_or(UNLIMITED)
        }
        _ => UNLIMITED,
    }
}

impl Capacities {
    /// Computes the capacities of all blocks of `graph`.
    #[must_use]
    pub fn new(graph: &Graph<'_>) -> Self {
        let mut nodes = vec![0; graph.net.node_count()];
        let mut sizes = std::collections::HashMap::new();
        for at in graph.order.iter().copied() {
            let size = match graph.blocks.get(at.index()) {
                Some(block) if block.is_token() => through(graph, &nodes, block.id),
                Some(block) => {
                    // Cached by name, so that names with many blocks do not take quadratic time.
                    let key = (graph.name_at_block(block.id), block.feature.kind);
                    match block.feature.kind {
                        Kind::Metered => *sizes.entry(key).or_insert_with(|| graph.pool_size(block.id)),
                        Kind::Exclusive => {
                            let upgrades = *sizes.entry(key).or_insert_with(|| {
                                graph.pool_size(block.id).saturating_sub(own_size(block.feature))
                            });
                            own_size(block.feature).saturating_add(upgrades)
                        }
                        _ => own_size(block.feature),
                    }
                }
                None => {
                    let choices = graph.net.neighbors(at).filter_map(|next| nodes.get(next.index()).copied());
                    choices.max().unwrap_or(0)
                }
            };
            if let Some(slot) = nodes.get_mut(at.index()) {
                *slot = size;
            }
        }
        // Those of names are only needed on the way.
        nodes.truncate(graph.blocks.len());
        nodes.shrink_to_fit();
        Self { nodes }
    }

    /// Returns the largest count that one request to the block can be granted, with each dependency considered alone;
    /// 0 if none.
    #[must_use]
    pub fn get(&self, id: GraphBlockId) -> u64 {
        self.nodes.get(id.index()).copied().unwrap_or(0)
    }
}

/// The largest count that the tightest dependency of a token permits.
fn through(graph: &Graph<'_>, nodes: &[u64], id: GraphBlockId) -> u64 {
    let needs = graph.net.edges(id.node()).filter_map(|edge| {
        let Step::Need(place) = edge.weight() else { return None };
        let dependency = graph.dependency(Hop { block: id, dependency: *place as usize })?;
        let size = nodes.get(edge.target().index()).copied()?;
        Some(if size == UNLIMITED { UNLIMITED } else { size / u64::from(dependency.count.max(1)) })
    });
    needs.min().unwrap_or(0)
}
