//! How many licenses a pool has, and how much one checkout can get through a chain at most.

use rust_decimal::prelude::ToPrimitive as _;

use petgraph::visit::EdgeRef;

use crate::license::{Count, Feature, Kind, Payment};

use super::model::{Block, BlockId, Graph, Hop, Step};

/// Capacities of all blocks of a graph.
#[derive(Debug)]
pub struct Capacities {
    /// Most licenses a block gives to one request; `u64::MAX` is without limit.
    nodes: Vec<u64>,
}

/// No limit.
pub const UNLIMITED: u64 = u64::MAX;

impl Graph<'_> {
    /// What a real block gives in all, with the UPGRADE blocks that add to it, whatever the dates: licenses of a pool,
    /// tokens of a balance (all lots of the name together). [`UNLIMITED`] where nothing limits it.
    #[must_use]
    pub fn pool_size(&self, id: BlockId) -> u64 {
        let Some(block) = self.block(id) else { return 0 };
        let others =
            self.named(block.vendor(), block.name()).map(|named| named.blocks.as_slice()).unwrap_or_default();
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

impl Block<'_> {
    /// What the block gives by itself: licenses, tokens of a balance; [`UNLIMITED`] where nothing limits it.
    #[must_use]
    pub fn own_size(&self) -> u64 {
        own_size(self.feature)
    }
}

/// What a block gives by itself.
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
    /// Measures all blocks of `graph`.
    #[must_use]
    pub fn new(graph: &Graph<'_>) -> Self {
        let mut nodes = vec![0; graph.net.node_count()];
        let mut sizes = std::collections::HashMap::new();
        for at in super::order::order(graph).0 {
            let size = match graph.blocks.get(at.index()) {
                Some(block) if block.is_token() => through(graph, &nodes, block.id),
                Some(block) => {
                    // The sizes of a name's blocks are added up once, however many blocks it has.
                    let key = (block.vendor(), block.name(), block.feature.kind);
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
        Self { nodes }
    }

    /// The largest count that one request to the block could ever be granted, each dependency taken alone. 0: none.
    #[must_use]
    pub fn of(&self, id: BlockId) -> u64 {
        self.nodes.get(id.index()).copied().unwrap_or(0)
    }
}

/// What the tightest dependency of a token lets through.
fn through(graph: &Graph<'_>, nodes: &[u64], id: BlockId) -> u64 {
    let needs = graph.net.edges(id.node()).filter_map(|edge| {
        let Step::Need(place) = edge.weight() else { return None };
        let dependency = graph.dependency(Hop { block: id, dependency: *place as usize })?;
        let size = nodes.get(edge.target().index()).copied()?;
        Some(if size == UNLIMITED { UNLIMITED } else { size / u64::from(dependency.count.max(1)) })
    });
    needs.min().unwrap_or(0)
}
