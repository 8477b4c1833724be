//! One checkout from full pools, tried as license servers do: the first alternative that fits, without going back on
//! what was chosen before. Nothing shared, one moment in time: what more-can-mean-less is found with.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::graph::{Block, BlockId, Graph, UNLIMITED};
use crate::license::{Count, Kind, Version};

/// How a checkout went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Granted.
    Granted,
    /// Denied: of this pool there was too little for the last alternative tried.
    Denied(Option<BlockId>),
}

/// A checkout being tried.
pub(super) struct FirstFit<'g, 'a> {
    graph: &'g Graph<'a>,
    day: Date,
    /// The pool that is taken to have another size.
    enlarged: Option<(BlockId, u64)>,
    used: HashMap<BlockId, u64>,
    /// What was drawn, to give it back.
    journal: Vec<(BlockId, u64)>,
    /// The pools that an alternative failed at, in order, each with the size at which it would not have.
    pub(super) refused: Vec<(BlockId, u64)>,
    /// Most that was in use of the enlarged pool.
    pub(super) peak: u64,
    /// Steps left before it is given up.
    pub(super) steps: usize,
}

impl<'g, 'a> FirstFit<'g, 'a> {
    pub(super) fn new(
        graph: &'g Graph<'a>,
        day: Date,
        enlarged: Option<(BlockId, u64)>,
        steps: usize,
    ) -> Self {
        Self {
            graph,
            day,
            enlarged,
            used: HashMap::new(),
            journal: Vec::new(),
            refused: Vec::new(),
            peak: 0,
            steps,
        }
    }

    /// Tries a name. `None`: given up. The caller sees to it that the chains are short: this goes as deep as they do.
    pub(super) fn name(&mut self, vendor: &str, name: &str, version: Version, count: u64) -> Option<Outcome> {
        let graph = self.graph;
        let mut last = None;
        for block in in_order(graph, vendor, name, self.day) {
            if block.feature.version < version {
                continue;
            }
            self.steps = self.steps.checked_sub(1)?;
            let mark = self.journal.len();
            match self.block(&block, count)? {
                Outcome::Granted => return Some(Outcome::Granted),
                Outcome::Denied(pool) => last = pool.or(last),
            }
            self.give_back(mark);
        }
        Some(Outcome::Denied(last))
    }

    fn block(&mut self, block: &Block<'a>, count: u64) -> Option<Outcome> {
        if !block.is_token() {
            return Some(self.draw(block, count));
        }
        for need in &block.feature.dependencies {
            self.steps = self.steps.checked_sub(1)?;
            let asked = count.checked_mul(need.count.into())?;
            let name = need.feature.value.as_str();
            match self.name(block.vendor(), name, need.version, asked)? {
                Outcome::Granted => {}
                denied @ Outcome::Denied(_) => return Some(denied),
            }
        }
        Some(Outcome::Granted)
    }

    fn draw(&mut self, pool: &Block<'a>, count: u64) -> Outcome {
        let used = self.used.entry(pool.id).or_default();
        let total = used.saturating_add(count);
        let enlarged = self.enlarged.filter(|(id, _)| *id == pool.id).map(|(_, size)| size);
        if total > enlarged.unwrap_or_else(|| size(self.graph, pool, self.day)) {
            self.refused.push((pool.id, total));
            return Outcome::Denied(Some(pool.id));
        }
        *used = total;
        self.journal.push((pool.id, count));
        if enlarged.is_some() {
            self.peak = self.peak.max(total);
        }
        Outcome::Granted
    }

    fn give_back(&mut self, mark: usize) {
        for (pool, count) in self.journal.drain(mark.min(self.journal.len())..) {
            if let Some(used) = self.used.get_mut(&pool) {
                *used = used.saturating_sub(count);
            }
        }
    }
}

/// The blocks of a name in the order in which they are tried on a day: the first EXCLUSIVE, then the others.
fn in_order<'a>(graph: &Graph<'a>, vendor: &str, name: &str, day: Date) -> Vec<Block<'a>> {
    let Some(named) = graph.named(vendor, name) else { return Vec::new() };
    let force = |block: &&Block<'a>| block.feature.in_force(day);
    let mut all: Vec<Block<'a>> =
        graph.providers(named).filter(force).take(super::MOST_ALTERNATIVES).copied().collect();
    all.sort_by_key(|block| block.feature.kind != Kind::Exclusive);
    let mut first = true;
    all.retain(|block| block.feature.kind != Kind::Exclusive || std::mem::take(&mut first));
    all
}

/// What a pool has on a day.
fn size(graph: &Graph<'_>, pool: &Block<'_>, day: Date) -> u64 {
    let own = |block: &Block<'_>| match block.feature.count.map(|count| count.value) {
        Some(Count::Limited(n)) => u64::from(n),
        _ => UNLIMITED,
    };
    if pool.feature.kind != Kind::Exclusive {
        return own(pool);
    }
    let named =
        graph.named(pool.vendor(), pool.name()).map(|named| named.blocks.as_slice()).unwrap_or_default();
    let blocks = named.iter().take(super::MOST_ALTERNATIVES).filter_map(|id| graph.block(*id));
    let upgrades = blocks.filter(|block| block.feature.kind == Kind::Upgrade && block.feature.in_force(day));
    upgrades.map(own).fold(own(pool), u64::saturating_add)
}
