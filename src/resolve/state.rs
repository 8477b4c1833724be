//! The state of a license server: pools, share groups, checkouts, devices, balances and automatic returns.
//!
//! Implements changes and their reversal; the walk decides when to apply them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use keywright_license::Kind;
use keywright_syntax::effort;

use super::checkouts::{Checkout, Checkouts};
use super::coverage::CoveragePoint;
use super::fast_hash::IndexMap;
use super::held::{Change, Held};
use super::index_vec::{BlockId, GroupId, Index, IndexVec, TargetId};
use super::lots::Lots;
use super::model::{Block, Model, UNLIMITED};
use super::pools::Pools;
use super::requester::{MissingIdentity, Symbol};
use super::semantics::{ShareKey, group_use, is_open, open_part};
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
    /// Who holds what; made by the first explanation.
    pub(super) held: Option<Box<Held>>,
    /// What is left of the lots that were charged.
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
    pub(super) sights: Option<BTreeSet<CoveragePoint>>,
    /// Reusable lists of walks; empty between events.
    pub(super) scratch: WalkBuffers,
    /// Total steps of all events.
    pub(super) work: u64,
    /// Blocks whose usage changed since [`State::watch`], with the usage before the change.
    changed: Vec<(BlockId, u64)>,
    /// Number of the current watch; 0 before the first.
    watch: u32,
}

/// A pool of licenses, devices or tokens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pool {
    /// Number of licenses in use; for METERED blocks, tokens consumed.
    pub(super) used: u64,
    /// The part drawn by requests without access to reserved licenses.
    pub(super) open: u64,
    /// The watch in which it was noted.
    pub(super) noted: u32,
}

/// An automatic return.
#[derive(Debug, Clone, Copy)]
pub(super) enum Due {
    /// Licenses kept by HOLD or MIN_CHECKOUT.
    Pool { block: BlockId, amount: u64, open: bool },
    /// A draw of a share group kept by HOLD or MIN_CHECKOUT.
    Member { group: GroupId, size: Size },
    /// A borrowed checkout.
    Checkout { slot: u32, generation: u32 },
}

/// A draw of a checkout from a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draw {
    /// Licenses of an unshared pool.
    Pool { block: BlockId, amount: u64, open: bool },
    /// A draw in a share group of a pool.
    Member { group: GroupId, size: Size },
    /// A draw in a share group of a token.
    Token { group: GroupId, size: Size },
    /// Consumed tokens, which are never returned.
    Burned { target: TargetId, version: u32, amount: u64 },
}

/// A draw in a share group: its count, and whether it has access to reserved licenses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Size {
    pub(super) lacks: MissingIdentity,
    pub(super) count: u64,
}

/// The largest draw of a share group for each combination of missing user and host.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach([Size; 4]);

impl Reach {
    /// Returns how much of the group's usage counts against the unreserved licenses of a block.
    pub(super) fn open_part(self, block: &Block) -> u64 {
        if block.reserved_user == 0 && block.reserved_host == 0 {
            return 0;
        }
        let largest = |open: bool| {
            let those = self.0.iter().filter(|size| is_open(block, size.lacks) == open);
            those.map(|size| size.count).max().unwrap_or(0)
        };
        open_part(largest(true), largest(false))
    }
}

/// A share group.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    pub(super) block: BlockId,
    pub(super) key: ShareKey,
    /// Number of draws of each size.
    sizes: BTreeMap<Size, u32>,
    /// For tokens: the draws of one checkout, with the chosen alternatives.
    pub(super) parts: Vec<Part>,
    /// For tokens: the largest count for which METERED tokens were consumed.
    pub(super) burned_for: u64,
}

/// A draw of one checkout of a shared token.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// Licenses of a pool.
    Pool { block: BlockId, unit: u64 },
    /// Tokens of the METERED blocks of a name.
    Burned { target: TargetId, version: u32, unit: u64 },
}

impl Group {
    /// The size of the largest draw.
    pub(super) fn largest(&self) -> u64 {
        match self.sizes.last_key_value() {
            // `MissingIdentity::default()` sorts first: if it is last, every draw names a user and a host.
            Some((size, _)) if size.lacks == MissingIdentity::default() => group_use(Some(size.count)),
            _ => group_use(self.reach().0.iter().map(|size| size.count).max()),
        }
    }

    /// The largest draw for each combination of missing user and host.
    pub(super) fn reach(&self) -> Reach {
        let all = [(false, false), (false, true), (true, false), (true, true)];
        Reach(all.map(|(user, host)| {
            let none = Size { lacks: MissingIdentity { user, host }, count: 0 };
            let same = none..=Size { count: u64::MAX, ..none };
            self.sizes.range(same).next_back().map_or(none, |(size, _)| *size)
        }))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// Whether it has one draw.
    pub(super) fn is_last(&self) -> bool {
        self.sizes.len() == 1 && self.sizes.values().all(|times| *times == 1)
    }
}

/// The live share groups.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    rows: IndexVec<GroupId, Group>,
    free: Vec<GroupId>,
    by_key: IndexMap<(BlockId, ShareKey), GroupId>,
}

impl Groups {
    pub(super) fn get(&self, id: GroupId) -> &Group {
        self.rows.get(id)
    }

    pub(super) fn get_mut(&mut self, id: GroupId) -> &mut Group {
        self.rows.get_mut(id)
    }

    /// The reach of a group; only needed if a block has reserved licenses.
    pub(super) fn reach(&self, model: &Model, id: GroupId) -> Reach {
        if model.reserves { self.get(id).reach() } else { Reach::default() }
    }

    pub(super) fn find(&self, block: BlockId, key: ShareKey) -> Option<GroupId> {
        self.by_key.get(&(block, key)).copied()
    }

    pub(super) fn open(&mut self, block: BlockId, key: ShareKey) -> GroupId {
        let group = Group { block, key, ..Group::default() };
        let id = match self.free.pop() {
            Some(id) => {
                *self.rows.get_mut(id) = group;
                id
            }
            None => self.rows.push(group),
        };
        self.by_key.insert((block, key), id);
        id
    }

    /// Adds a draw. Returns by how much the maximum grew.
    pub(super) fn join(&mut self, id: GroupId, size: Size) -> u64 {
        let group = self.rows.get_mut(id);
        let before = group.largest();
        *group.sizes.entry(size).or_default() += 1;
        group.largest() - before
    }

    /// Removes a draw. Returns by how much the maximum fell. Removing the last draw closes the group.
    pub(super) fn leave(&mut self, id: GroupId, size: Size) -> u64 {
        let group = self.rows.get_mut(id);
        let before = group.largest();
        if let Some(times) = group.sizes.get_mut(&size) {
            *times -= 1;
            if *times == 0 {
                group.sizes.remove(&size);
            }
        }
        let fell = before - group.largest();
        if group.is_empty() {
            self.by_key.remove(&(group.block, group.key));
            self.free.push(id);
        }
        fell
    }

    /// Takes back that a draw left; `row` is the group as it was, where that closed it.
    pub(super) fn rejoin(&mut self, id: GroupId, size: Size, row: Option<Box<Group>>) {
        let Some(row) = row else {
            *self.rows.get_mut(id).sizes.entry(size).or_default() += 1;
            return;
        };
        // Groups are closed and opened like a stack: it is on top unless something else was forgotten.
        if self.free.last() == Some(&id) {
            self.free.pop();
        } else {
            self.free.retain(|free| *free != id);
        }
        self.by_key.insert((row.block, row.key), id);
        *self.rows.get_mut(id) = *row;
    }

    /// How many there were at most.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl State {
    /// Nothing of a model is out, at a time. Room is made for blocks when they are used.
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
            held: None,
            lots: Lots::default(),
            spent: HashMap::new(),
            billed: BTreeMap::new(),
            due: BTreeMap::new(),
            next_due: 0,
            active: 0,
            active_limit: None,
            sights: None,
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

    /// How much there is to copy: checkouts, share groups, devices, what is due, pools.
    #[must_use]
    pub fn size(&self) -> usize {
        let held = if self.held.is_some() { self.slots.len() } else { 0 };
        let out = self.slots.len() + self.groups.len() + self.devices.len() + self.due.len();
        out + held + self.pools.len() + self.lots.len()
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

    /// Free licenses of a block: 0 if it is not in force, [`UNLIMITED`] without a limit.
    #[must_use]
    pub fn free(&self, model: &Model, block: BlockId) -> u64 {
        match model.kind(block) {
            Kind::Metered => return self.balance(model, block),
            // The licenses of an UPGRADE count as free licenses of its EXCLUSIVE block.
            Kind::Upgrade => return 0,
            _ => {}
        }
        if !model.in_force(block, self.now.date()) {
            return 0;
        }
        match model.capacity(block, self.now.date()) {
            UNLIMITED => UNLIMITED,
            capacity => capacity.saturating_sub(self.used(block)),
        }
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
        let pool = self.pools.get_mut(block);
        pool.open = pool.open.saturating_add(after).saturating_sub(before);
    }

    pub(super) fn schedule(&mut self, at: i64, due: Due) -> (i64, u64) {
        let key = (at, self.next_due);
        self.next_due += 1;
        self.due.insert(key, due);
        self.note_kept(Change::Add, at, due);
        key
    }

    pub(super) fn slot(&self, index: u32) -> Option<&Checkout> {
        self.slots.get(index)
    }

    /// Returns true if a checkout has not been returned.
    #[must_use]
    pub fn is_live(&self, ticket: super::outcome::Ticket) -> bool {
        self.slots.live(ticket.slot, ticket.generation).is_some()
    }

    /// The draws of a live checkout by block. Draws of share groups count in full.
    #[must_use]
    pub fn draws(&self, ticket: super::outcome::Ticket) -> Vec<(BlockId, u64)> {
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
