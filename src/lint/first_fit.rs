//! Checkouts from full pools, tried as license servers do: the first alternative that fits, without going back on what
//! was chosen before. What never-runs, more-can-mean-less and the drops of capacity are found with; a test holds it
//! against the resolver.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::graph::{Block, BlockId, Graph, Named, UNLIMITED};
use crate::license::{Feature, Kind, Version};

/// Most steps of one try before it is given up.
pub(super) const STEPS: usize = 20_000;

/// Most dependencies from a token to a real license that are followed: longer chains are an error of their own.
pub(super) const DEEPEST: u32 = 16;

/// For all names of a graph, by their place: how their blocks are tried.
#[derive(Debug)]
pub(in crate::lint) struct Orders {
    names: Vec<Order>,
}

/// How the blocks of one name are tried.
#[derive(Debug, Default)]
struct Order {
    /// Of these the first that is in force is tried before all others.
    exclusives: Box<[BlockId]>,
    /// The others, in file order; all METERED blocks stand as one, at the place of the first.
    others: Box<[BlockId]>,
    /// What adds to the EXCLUSIVE block.
    upgrades: Box<[BlockId]>,
    /// METERED blocks: the earliest END first.
    lots: Box<[BlockId]>,
}

impl Orders {
    pub(super) fn new(graph: &Graph<'_>) -> Self {
        Self { names: graph.names().iter().map(|named| Order::new(graph, named)).collect() }
    }
}

impl Order {
    fn new(graph: &Graph<'_>, named: &Named<'_>) -> Self {
        let [mut exclusives, mut others, mut upgrades, mut lots] = [const { Vec::new() }; 4];
        for block in named.blocks.iter().filter_map(|id| graph.block(*id)) {
            match block.feature.kind {
                Kind::Exclusive => exclusives.push(block.id),
                Kind::Upgrade => upgrades.push(block.id),
                Kind::Metered => {
                    if lots.is_empty() {
                        others.push(block.id);
                    }
                    lots.push(block.id);
                }
                Kind::Additive | Kind::Token => others.push(block.id),
                Kind::Activation | Kind::Local => {}
            }
        }
        let end = |id: &BlockId| graph.block(*id).and_then(|block| block.feature.end).map(|end| end.value);
        lots.sort_by_key(|id| (end(id).is_none(), end(id), *id));
        // Boxed: most are empty or of one, and there may be a hundred thousand names.
        let [exclusives, others, upgrades, lots] =
            [exclusives, others, upgrades, lots].map(Vec::into_boxed_slice);
        Self { exclusives, others, upgrades, lots }
    }
}

/// Of a pool there is too little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lint) struct Refusal {
    /// The pool.
    pub(in crate::lint) pool: BlockId,
    /// What would be in use of it.
    pub(in crate::lint) needed: u64,
    /// What is in use already.
    pub(in crate::lint) used: u64,
    /// What it has.
    pub(in crate::lint) size: u64,
}

/// How a try went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lint) enum Outcome {
    /// Granted.
    Granted,
    /// Denied: of the pool that came nearest there was too little. `None`: nothing that is in force serves at all.
    Denied(Option<Refusal>),
}

impl Outcome {
    /// Of two denials the one that came nearer.
    fn nearer(self, other: Option<Refusal>) -> Option<Refusal> {
        let missing = |lack: &Refusal| lack.needed - lack.size;
        match (other, self) {
            (Some(other), Self::Denied(Some(own))) if missing(&own) < missing(&other) => Some(own),
            (Some(other), _) => Some(other),
            (None, Self::Denied(own)) => own,
            (None, Self::Granted) => None,
        }
    }
}

/// Checkouts being tried, one after the other.
pub(in crate::lint) struct FirstFit<'g, 'a> {
    graph: &'g Graph<'a>,
    orders: &'g Orders,
    day: Date,
    /// A pool that is taken to have this many.
    enlarged: Option<(BlockId, u64)>,
    /// Whether the paths of the checkout to a shared pool count as the largest of them, as they do for who has all that
    /// SHARE names.
    shares: bool,
    used: HashMap<BlockId, u64>,
    /// What was in use before each draw, to give it back.
    journal: Vec<(BlockId, u64)>,
    /// Where an alternative failed for want of licenses, in order.
    pub(in crate::lint) refusals: Vec<Refusal>,
    /// The next day on which something that was looked at comes into force or ends.
    pub(in crate::lint) change: Option<Date>,
    /// Steps left before it is given up.
    pub(in crate::lint) steps: usize,
}

impl<'g, 'a> FirstFit<'g, 'a> {
    pub(in crate::lint) fn new(graph: &'g Graph<'a>, orders: &'g Orders, day: Date, steps: usize) -> Self {
        Self {
            graph,
            orders,
            day,
            enlarged: None,
            shares: false,
            used: HashMap::new(),
            journal: Vec::new(),
            refusals: Vec::new(),
            change: None,
            steps,
        }
    }

    /// What if a pool had that many.
    pub(in crate::lint) fn enlarge(mut self, pool: BlockId, size: u64) -> Self {
        self.enlarged = Some((pool, size));
        self
    }

    /// For somebody who has all that SHARE names.
    pub(in crate::lint) fn sharing(mut self, shares: bool) -> Self {
        self.shares = shares;
        self
    }

    /// What is in use of each pool, in file order.
    pub(in crate::lint) fn in_use(&self) -> Vec<(BlockId, u64)> {
        let mut all: Vec<_> =
            self.used.iter().map(|(id, used)| (*id, *used)).filter(|(_, used)| *used > 0).collect();
        all.sort_unstable();
        all
    }

    /// Tries a name, by its place in the graph. `None`: given up. The caller sees to it that the chains are short: this
    /// goes as deep as they do.
    pub(in crate::lint) fn name(&mut self, at: usize, version: Version, count: u64) -> Option<Outcome> {
        let orders = self.orders;
        let Some(order) = orders.names.get(at) else { return Some(Outcome::Denied(None)) };
        let mut nearest = None;
        let serving = self.serving_exclusive(order)?;
        for id in serving.into_iter().chain(order.others.iter().copied()) {
            let Some(block) = self.graph.block(id) else { continue };
            let mark = self.journal.len();
            let outcome = match block.feature.kind {
                Kind::Metered => self.charge(order, version, count)?,
                _ if block.feature.version < version => Outcome::Denied(None),
                _ => self.block(id, count)?,
            };
            if outcome == Outcome::Granted {
                return Some(outcome);
            }
            nearest = outcome.nearer(nearest);
            self.give_back(mark);
        }
        Some(Outcome::Denied(nearest))
    }

    /// Of the EXCLUSIVE blocks the first that is in force; `Some(None)` if none is.
    fn serving_exclusive(&mut self, order: &Order) -> Option<Option<BlockId>> {
        for id in &order.exclusives {
            self.steps = self.steps.checked_sub(1)?;
            if self.graph.block(*id).is_some_and(|block| self.in_force(block.feature)) {
                return Some(Some(*id));
            }
        }
        Some(None)
    }

    /// Tries one block alone.
    pub(in crate::lint) fn block(&mut self, id: BlockId, count: u64) -> Option<Outcome> {
        let graph = self.graph;
        self.steps = self.steps.checked_sub(1)?;
        let Some(block) = graph.block(id).filter(|block| self.in_force(block.feature)) else {
            return Some(Outcome::Denied(None));
        };
        if !block.is_token() {
            let size = self.size(block)?;
            return Some(self.draw(block, count, size));
        }
        for need in &block.feature.dependencies {
            self.steps = self.steps.checked_sub(1)?;
            let asked = count.saturating_mul(need.count.into());
            let target = graph.name_at(block.vendor(), need.feature.value.as_str());
            let outcome = match target {
                Some(at) => self.name(at, need.version, asked)?,
                None => Outcome::Denied(None),
            };
            if outcome != Outcome::Granted {
                return Some(outcome);
            }
        }
        Some(Outcome::Granted)
    }

    /// Whether a block is in force, noting when that changes.
    fn in_force(&mut self, feature: &Feature) -> bool {
        let start = feature.start.map(|start| start.value);
        let over = feature.end.and_then(|end| end.value.tomorrow().ok());
        let next = [start, over].into_iter().flatten().filter(|day| *day > self.day);
        self.change = next.chain(self.change).min();
        feature.in_force(self.day)
    }

    /// What a pool has on the day; never as many as what overflowed.
    fn size(&mut self, pool: &Block<'_>) -> Option<u64> {
        if let Some((_, size)) = self.enlarged.filter(|(id, _)| *id == pool.id) {
            return Some(size);
        }
        let mut size = pool.own_size();
        if pool.feature.kind == Kind::Exclusive {
            let (graph, orders) = (self.graph, self.orders);
            let at = graph.name_at(pool.vendor(), pool.name());
            let upgrades = at.and_then(|at| orders.names.get(at)).map(|order| &*order.upgrades);
            for upgrade in upgrades.unwrap_or_default().iter().filter_map(|id| graph.block(*id)) {
                self.steps = self.steps.checked_sub(1)?;
                if self.in_force(upgrade.feature) {
                    size = size.saturating_add(upgrade.own_size());
                }
            }
        }
        Some(size.min(UNLIMITED - 1))
    }

    fn draw(&mut self, pool: &Block<'_>, count: u64, size: u64) -> Outcome {
        let used = self.used.get(&pool.id).copied().unwrap_or_default();
        let shared = self.shares && pool.feature.shares_counts();
        let needed = if shared { used.max(count) } else { used.saturating_add(count) };
        if needed > size {
            return self.refuse(Refusal { pool: pool.id, needed, used, size });
        }
        self.take(pool.id, used, needed);
        Outcome::Granted
    }

    fn refuse(&mut self, refusal: Refusal) -> Outcome {
        self.refusals.push(refusal);
        Outcome::Denied(Some(refusal))
    }

    fn take(&mut self, id: BlockId, before: u64, after: u64) {
        self.journal.push((id, before));
        self.used.insert(id, after);
    }

    /// Burns tokens of the METERED blocks of a name, split over them where need be.
    fn charge(&mut self, order: &Order, version: Version, count: u64) -> Option<Outcome> {
        let mut rest = count;
        let (mut first, mut size, mut before) = (None, 0_u64, 0_u64);
        for lot in &order.lots {
            self.steps = self.steps.checked_sub(1)?;
            let Some(block) = self.graph.block(*lot).filter(|block| block.feature.version >= version) else {
                continue;
            };
            if !self.in_force(block.feature) {
                continue;
            }
            let own = block.own_size().min(UNLIMITED - 1);
            let used = self.used.get(lot).copied().unwrap_or_default();
            let part = rest.min(own.saturating_sub(used));
            first = first.or(Some(*lot));
            (size, before) = (size.saturating_add(own).min(UNLIMITED - 1), before.saturating_add(used));
            if count < UNLIMITED && part > 0 {
                self.take(*lot, used, used.saturating_add(part));
                rest -= part;
            }
        }
        Some(match first {
            _ if rest == 0 => Outcome::Granted,
            Some(pool) => {
                let needed = before.saturating_add(count);
                self.refuse(Refusal { pool, needed, used: before, size })
            }
            None => Outcome::Denied(None),
        })
    }

    fn give_back(&mut self, mark: usize) {
        while self.journal.len() > mark {
            if let Some((pool, before)) = self.journal.pop() {
                self.used.insert(pool, before);
            }
        }
    }
}
