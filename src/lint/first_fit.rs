//! First-fit checkouts from full pools, as on a license server: the first alternative that fits is used, and earlier
//! choices are not revisited. Used by never-runs, more-means-less and capacity-gap; a test compares it with the resolver.

use std::collections::HashMap;

use jiff::civil::Date;

use keywright_license::{Feature, Kind, Version};
use keywright_resolve::graph::{Block, BlockId, FeatureGroup, Graph, UNLIMITED};

/// Maximum number of steps of one trial.
pub(super) const STEPS: usize = 20_000;

/// Maximum number of dependencies from a token to a real license; D003 reports longer chains.
pub(super) const DEEPEST: u32 = 16;

/// The order in which blocks are tried, by index of their name in the graph.
#[derive(Debug)]
pub(crate) struct Orders {
    names: Vec<Order>,
}

/// The order in which the blocks of one name are tried.
#[derive(Debug, Default)]
struct Order {
    /// EXCLUSIVE blocks; the first valid one is tried before all others.
    exclusives: Box<[BlockId]>,
    /// Other blocks in file order; the METERED blocks form one entry, at the place of the first.
    others: Box<[BlockId]>,
    /// UPGRADE blocks, which add to the EXCLUSIVE block.
    upgrades: Box<[BlockId]>,
    /// METERED blocks, earliest END first.
    lots: Box<[BlockId]>,
}

impl Orders {
    pub(super) fn new(graph: &Graph<'_>) -> Self {
        Self { names: graph.names().iter().map(|named| Order::new(graph, named)).collect() }
    }
}

impl Order {
    fn new(graph: &Graph<'_>, named: &FeatureGroup<'_>) -> Self {
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
        // Boxed to save memory: most lists have at most one entry, and a file may have 100,000 names.
        let [exclusives, others, upgrades, lots] =
            [exclusives, others, upgrades, lots].map(Vec::into_boxed_slice);
        Self { exclusives, others, upgrades, lots }
    }
}

/// A pool that is too small for a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The pool.
    pub(crate) pool: BlockId,
    /// The number that would be in use.
    pub(crate) needed: u64,
    /// The number in use before the draw.
    pub(crate) used: u64,
    /// The size of the pool.
    pub(crate) size: u64,
}

/// The result of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Granted.
    Granted,
    /// Denied, with the smallest shortage of a pool, or `None` if no valid block serves the name.
    Denied(Option<Refusal>),
}

impl Outcome {
    /// Returns the denial with the smaller shortage.
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

/// A sequence of trial checkouts.
pub(crate) struct FirstFit<'g, 'a> {
    graph: &'g Graph<'a>,
    orders: &'g Orders,
    day: Date,
    /// A pool with an assumed size.
    enlarged: Option<(BlockId, u64)>,
    /// If true, several paths to a shared pool cost only the largest of them, as for a client with all attributes that
    /// SHARE names.
    shares: bool,
    used: HashMap<BlockId, u64>,
    /// The number in use before each draw, for rollback.
    journal: Vec<(BlockId, u64)>,
    /// Refusals for lack of licenses, in order.
    pub(crate) refusals: Vec<Refusal>,
    /// The next day on which a visited block starts or ends.
    pub(crate) change: Option<Date>,
    /// Remaining steps.
    pub(crate) steps: usize,
}

impl<'g, 'a> FirstFit<'g, 'a> {
    pub(crate) fn new(graph: &'g Graph<'a>, orders: &'g Orders, day: Date, steps: usize) -> Self {
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

    /// Assumes a size for a pool.
    pub(crate) fn enlarge(mut self, pool: BlockId, size: u64) -> Self {
        self.enlarged = Some((pool, size));
        self
    }

    /// Sets whether the client has all attributes that SHARE names.
    pub(crate) fn sharing(mut self, shares: bool) -> Self {
        self.shares = shares;
        self
    }

    /// The number in use of each pool, in file order.
    pub(crate) fn in_use(&self) -> Vec<(BlockId, u64)> {
        let mut all: Vec<_> =
            self.used.iter().map(|(id, used)| (*id, *used)).filter(|(_, used)| *used > 0).collect();
        all.sort_unstable();
        all
    }

    /// Tries a name, by index in the graph. Returns `None` if the steps are used up. The caller must limit the length of
    /// chains, because this function recurses along them.
    pub(crate) fn name(&mut self, at: usize, version: Version, count: u64) -> Option<Outcome> {
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

    /// The first valid EXCLUSIVE block; `Some(None)` if there is none.
    fn serving_exclusive(&mut self, order: &Order) -> Option<Option<BlockId>> {
        for id in &order.exclusives {
            self.steps = self.steps.checked_sub(1)?;
            if self.graph.block(*id).is_some_and(|block| self.in_force(block.feature)) {
                return Some(Some(*id));
            }
        }
        Some(None)
    }

    /// Tries a single block.
    pub(crate) fn block(&mut self, id: BlockId, count: u64) -> Option<Outcome> {
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

    /// Returns true if a block is valid, and records when that changes.
    fn in_force(&mut self, feature: &Feature) -> bool {
        let start = feature.start.map(|start| start.value);
        let over = feature.end.and_then(|end| end.value.tomorrow().ok());
        let next = [start, over].into_iter().flatten().filter(|day| *day > self.day);
        self.change = next.chain(self.change).min();
        feature.in_force(self.day)
    }

    /// The size of a pool on the day, always below the value that marks an overflow.
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

    /// Consumes licenses of the METERED blocks of a name, split over several blocks if needed.
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
