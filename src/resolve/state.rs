//! The state of a license server: pools, share groups, checkouts, devices, balances and automatic returns.
//!
//! Implements changes and their reversal; the walk decides when to apply them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use keywright_syntax::effort;

use super::checkouts::{Checkout, Checkouts};
use super::coverage_point::CoveragePoint;
use super::draw::{Draw, Due, Part};
use super::groups::Groups;
use super::holder_index::HolderIndex;
use super::index_vec::{BlockId, Index};
use super::lots::Lots;
use super::model::Model;
use super::outcome::Ticket;
use super::pools::Pools;
use super::requester::Symbol;
use super::undo_log::WalkBuffers;

/// The state at one moment. Clone it to return to this moment later.
#[derive(Debug, Clone)]
pub struct State {
    pub(super) now: DateTime,
    /// The time at which the state was created.
    pub(super) began: DateTime,
    /// The current time in seconds on the state's own scale.
    pub(super) seconds: i64,
    pub(super) pools: Pools,
    pub(super) groups: Groups,
    pub(super) slots: Checkouts,
    pub(super) devices: BTreeSet<(BlockId, Symbol)>,
    /// The index of holders; built by the first explanation.
    pub(super) holder_index: Option<Box<HolderIndex>>,
    /// The remaining tokens of lots that were charged.
    pub(super) lots: Lots,
    /// Money spent on lots bought by money.
    pub(super) spent: HashMap<BlockId, Decimal>,
    /// Tokens used by METERED block and first day of the billing period.
    pub(super) billed: BTreeMap<(BlockId, Date), u64>,
    /// Automatic returns by due time in seconds.
    pub(super) due: BTreeMap<(i64, u64), Due>,
    pub(super) next_due: u64,
    /// The number of active license tokens, and the limit on it.
    pub(super) active: u64,
    pub(super) active_limit: Option<u64>,
    /// Coverage points hit, if observation is enabled.
    pub(super) points: Option<BTreeSet<CoveragePoint>>,
    /// Reusable lists of walks; empty between events.
    pub(super) scratch: WalkBuffers,
    /// Total steps of all events.
    pub(super) work: u64,
    /// Blocks whose usage changed since [`State::watch`], with the usage before the change.
    changed: Vec<(BlockId, u64)>,
    /// Number of the current watch; 0 before the first.
    watch: u32,
}

impl State {
    /// Creates a state without checkouts at a time. Memory for blocks is allocated when they are used.
    #[must_use]
    pub fn new(_model: &Model, now: DateTime) -> Self {
        Self {
            now,
            began: now,
            seconds: seconds_of(now),
            pools: Pools::default(),
            groups: Groups::default(),
            slots: Checkouts::default(),
            devices: BTreeSet::new(),
            holder_index: None,
            lots: Lots::default(),
            spent: HashMap::new(),
            billed: BTreeMap::new(),
            due: BTreeMap::new(),
            next_due: 0,
            active: 0,
            active_limit: None,
            points: None,
            scratch: WalkBuffers::default(),
            work: 0,
            changed: Vec::new(),
            watch: 0,
        }
    }

    /// Limits the number of active license tokens, floating and activated together.
    pub fn limit_active_tokens(&mut self, limit: Option<u64>) {
        self.active_limit = limit;
    }

    /// Returns true if the number of active license tokens is limited.
    pub(super) fn has_active_limit(&self) -> bool {
        self.active_limit.is_some()
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.now
    }

    /// Total steps of all events, a measure of cost that does not depend on the machine.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Adds the cost of inspecting the state to [`Self::work`].
    pub fn spend(&mut self, steps: u64) {
        self.work = self.work.saturating_add(steps);
        effort::spend(steps);
    }

    /// Returns the number of entries that a copy contains: checkouts, share groups, devices, automatic returns, pools.
    #[must_use]
    pub fn size(&self) -> usize {
        let indexed = if self.holder_index.is_some() { self.slots.len() } else { 0 };
        let out = self.slots.len() + self.groups.len() + self.devices.len() + self.due.len();
        out + indexed + self.pools.len() + self.lots.len()
    }

    /// Active license tokens: the licenses requested by live checkouts, and activated devices.
    #[must_use]
    pub fn active_tokens(&self) -> u64 {
        self.active
    }

    /// Usage of a block: licenses, devices, or consumed tokens.
    #[must_use]
    pub fn used(&self, block: BlockId) -> u64 {
        self.pools.get(block).used
    }

    /// Starts recording changes of usage.
    pub fn watch(&mut self) {
        self.changed.clear();
        self.watch = self.watch.wrapping_add(1);
    }

    /// Changes of usage since [`Self::watch`], by block in file order. Unchanged blocks are omitted.
    #[must_use]
    pub fn changes(&self) -> Vec<(BlockId, i128)> {
        let mut before: BTreeMap<BlockId, u64> = BTreeMap::new();
        for (block, used) in &self.changed {
            before.entry(*block).or_insert(*used);
        }
        let change = |(block, used): (BlockId, u64)| (block, i128::from(self.used(block)) - i128::from(used));
        before.into_iter().map(change).filter(|(_, change)| *change != 0).collect()
    }

    pub(super) fn add(&mut self, block: BlockId, amount: u64, open: bool) {
        let pool = self.pools.get_mut(block);
        if pool.noted != self.watch {
            pool.noted = self.watch;
            self.changed.push((block, pool.used));
        }
        pool.used = pool.used.saturating_add(amount);
        if open {
            pool.open = pool.open.saturating_add(amount);
        }
    }

    pub(super) fn subtract(&mut self, block: BlockId, amount: u64, open: bool) {
        let pool = self.pools.get_mut(block);
        if pool.noted != self.watch {
            pool.noted = self.watch;
            self.changed.push((block, pool.used));
        }
        pool.used = pool.used.saturating_sub(amount);
        if open {
            pool.open = pool.open.saturating_sub(amount);
        }
    }

    /// Changes the part of a pool's usage that counts against the unreserved licenses.
    pub(super) fn shift_open(&mut self, block: BlockId, before: u64, after: u64) {
        if before == after {
            return;
        }
        let pool = self.pools.get_mut(block);
        pool.open = pool.open.saturating_add(after).saturating_sub(before);
    }

    pub(super) fn slot(&self, index: u32) -> Option<&Checkout> {
        self.slots.get(index)
    }

    /// Returns true if a checkout has not been returned.
    #[must_use]
    pub fn is_live(&self, ticket: Ticket) -> bool {
        self.slots.live(ticket.slot, ticket.generation).is_some()
    }

    /// The draws of a live checkout by block. Draws of share groups count in full.
    #[must_use]
    pub fn draws(&self, ticket: Ticket) -> Vec<(BlockId, u64)> {
        let live = self.slots.live(ticket.slot, ticket.generation);
        let mut draws = Vec::new();
        for draw in live.iter().flat_map(|slot| &slot.draws) {
            self.push_draws(*draw, &mut draws);
        }
        draws
    }

    pub(super) fn push_draws(&self, draw: Draw, into: &mut Vec<(BlockId, u64)>) {
        match draw {
            Draw::Pool { block, amount, .. } => into.push((block, amount)),
            Draw::Member { group, size } | Draw::Token { group, size } => {
                let group = self.groups.get(group);
                if group.parts.is_empty() {
                    into.push((group.block, size.count));
                }
                for part in &group.parts {
                    if let Part::Pool { block, unit } = part {
                        into.push((*block, unit.saturating_mul(size.count)));
                    }
                }
            }
            Draw::Burned { .. } => {}
        }
    }
}

/// Converts a civil time to seconds on the state's scale, which is only for comparison and addition.
pub(super) fn seconds_of(time: DateTime) -> i64 {
    time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs()
}

/// Converts seconds on the state's scale to a civil time.
pub(super) fn time_of(seconds: i64) -> Option<DateTime> {
    let since = jiff::SignedDuration::from_secs(seconds);
    DateTime::constant(1970, 1, 1, 0, 0, 0, 0).checked_add(since).ok()
}

impl Index for u32 {
    fn row(self) -> usize {
        self as usize
    }
    fn of(row: usize) -> Self {
        Self::try_from(row).unwrap_or(Self::MAX)
    }
}
