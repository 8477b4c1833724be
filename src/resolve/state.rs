//! What is out: pools, share groups, checkouts, devices, balances, and what returns by itself.
//!
//! Knows how to change and to take back a change, but not when: that is the walk's business.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;

use crate::license::Kind;

use super::ages::{Ages, Slot};
use super::decisions::{ShareKey, group_use, is_open, open_part};
use super::mix::{MixMap, MixSet};
use super::model::{Block, Model, UNLIMITED};
use super::sights::Sight;
use super::table::{BlockId, GroupId, Index, Table, TargetId};
use super::trail::Scratch;
use super::who::{Lacks, Symbol};

/// What is out at a moment. Cloning it keeps a moment to come back to.
#[derive(Debug, Clone)]
pub struct State {
    pub(super) now: DateTime,
    /// When nothing was out yet.
    pub(super) began: DateTime,
    /// The same in seconds on the state's own scale.
    pub(super) seconds: i64,
    pub(super) pools: Table<BlockId, Pool>,
    pub(super) groups: Groups,
    pub(super) slots: Ages,
    pub(super) devices: MixSet<(BlockId, Symbol)>,
    /// Money spent on lots bought by money.
    pub(super) spent: HashMap<BlockId, Decimal>,
    /// Tokens of billed blocks, by the first day of their period.
    pub(super) billed: BTreeMap<(BlockId, Date), u64>,
    /// What returns by itself, by the second it does.
    pub(super) due: BTreeMap<(i64, u64), Due>,
    pub(super) next_due: u64,
    /// License tokens that are active, and the limit on them.
    pub(super) active: u64,
    pub(super) active_limit: Option<u64>,
    /// What events came by, where it is observed.
    pub(super) sights: Option<BTreeSet<Sight>>,
    /// Lists that walks work with; empty between events.
    pub(super) scratch: Scratch,
    /// Steps of all events so far.
    pub(super) work: u64,
    /// Blocks whose use changed since [`State::watch`], each with what it was before.
    changed: Vec<(BlockId, u64)>,
    /// Which watch this is; 0 before the first.
    watch: u32,
}

/// A pool of licenses, devices or tokens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pool {
    /// What is used; of METERED blocks: what was burned.
    pub(super) used: u64,
    /// The part of it that was drawn by requests that may not take reserved licenses.
    pub(super) open: u64,
    /// The watch in which it was noted.
    noted: u32,
}

/// What returns by itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum Due {
    /// Licenses kept by HOLD or MIN_CHECKOUT.
    Pool { block: BlockId, amount: u64, open: bool },
    /// A draw of a share group kept likewise, of a license or of a token.
    Member { group: GroupId, size: Size },
    /// A borrowed checkout.
    Checkout { slot: u32, generation: u32 },
}

/// What a checkout holds of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Draw {
    /// Licenses of an unshared pool.
    Pool { block: BlockId, amount: u64, open: bool },
    /// A draw in a share group of a real license.
    Member { group: GroupId, size: Size },
    /// A draw in a share group of a token.
    Token { group: GroupId, size: Size },
    /// Tokens burned; nothing to return.
    Burned { target: TargetId, version: u32, amount: u64 },
}

/// A draw in a share group: how many, and whether it may take reserved ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Size {
    pub(super) lacks: Lacks,
    pub(super) count: u64,
}

/// How far the draws of a share group reach, by what they lack.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reach([Size; 4]);

impl Reach {
    /// What of the group's use counts against the licenses of a block that are not reserved.
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
    /// Its draws: how many of each size.
    sizes: BTreeMap<Size, u32>,
    /// Of a token: what one checkout of it draws, by the choices it was served by.
    pub(super) parts: Vec<Part>,
    /// Of a token: the largest count that METERED tokens were burned for.
    pub(super) burned_for: u64,
}

/// What one checkout of a shared token draws.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    /// Licenses of a pool.
    Pool { block: BlockId, unit: u64 },
    /// Tokens of the lots of a name.
    Burned { target: TargetId, version: u32, unit: u64 },
}

impl Group {
    /// The largest of its draws.
    pub(super) fn largest(&self) -> u64 {
        match self.sizes.last_key_value() {
            // Who lacks nothing sorts first: then all do.
            Some((size, _)) if size.lacks == Lacks::default() => group_use(Some(size.count)),
            _ => group_use(self.reach().0.iter().map(|size| size.count).max()),
        }
    }

    /// The largest of its draws for each thing that requests can lack.
    pub(super) fn reach(&self) -> Reach {
        let all = [(false, false), (false, true), (true, false), (true, true)];
        Reach(all.map(|(user, host)| {
            let none = Size { lacks: Lacks { user, host }, count: 0 };
            let same = none..=Size { count: u64::MAX, ..none };
            self.sizes.range(same).next_back().map_or(none, |(size, _)| *size)
        }))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }
}

/// The live share groups.
#[derive(Debug, Clone, Default)]
pub(super) struct Groups {
    rows: Table<GroupId, Group>,
    free: Vec<GroupId>,
    by_key: MixMap<(BlockId, ShareKey), GroupId>,
}

impl Groups {
    pub(super) fn get(&self, id: GroupId) -> &Group {
        self.rows.get(id)
    }

    pub(super) fn get_mut(&mut self, id: GroupId) -> &mut Group {
        self.rows.get_mut(id)
    }

    /// How far the draws of a group reach; looked at only where a license is reserved.
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

    /// Adds a draw; returns by how much the largest grew.
    pub(super) fn join(&mut self, id: GroupId, size: Size) -> u64 {
        let group = self.rows.get_mut(id);
        let before = group.largest();
        *group.sizes.entry(size).or_default() += 1;
        group.largest() - before
    }

    /// Removes a draw; returns by how much the largest fell. The last one closes the group.
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
}

impl State {
    /// Nothing is out, at a time.
    #[must_use]
    pub fn new(model: &Model, now: DateTime) -> Self {
        Self {
            now,
            began: now,
            seconds: seconds_of(now),
            pools: Table::with_len(model.blocks.len()),
            groups: Groups::default(),
            slots: Ages::default(),
            devices: MixSet::default(),
            spent: HashMap::new(),
            billed: BTreeMap::new(),
            due: BTreeMap::new(),
            next_due: 0,
            active: 0,
            active_limit: None,
            sights: None,
            scratch: Scratch::default(),
            work: 0,
            changed: Vec::new(),
            watch: 0,
        }
    }

    /// Limits the number of active license tokens, floating and activated together.
    pub fn limit_active_tokens(&mut self, limit: Option<u64>) {
        self.active_limit = limit;
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime {
        self.now
    }

    /// Steps that all events so far took: a measure of cost that does not depend on the machine.
    #[must_use]
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Adds to [`Self::work`] what looking at the state costs.
    pub fn spend(&mut self, steps: u64) {
        self.work = self.work.saturating_add(steps);
    }

    /// Active license tokens: licenses asked for by live checkouts, and activated devices.
    #[must_use]
    pub fn active_tokens(&self) -> u64 {
        self.active
    }

    /// What of a block is used: licenses, devices, or tokens burned.
    #[must_use]
    pub fn used(&self, block: BlockId) -> u64 {
        self.pools.get(block).used
    }

    /// What of a block can be taken now: 0 if it is not in force, [`UNLIMITED`] without a limit.
    #[must_use]
    pub fn free(&self, model: &Model, block: BlockId) -> u64 {
        match model.kind(block) {
            Kind::Metered => return self.balance(model, block),
            // What it adds is free of the EXCLUSIVE that it adds to.
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

    /// Starts to note what changes, from now.
    pub fn watch(&mut self) {
        self.changed.clear();
        self.watch = self.watch.wrapping_add(1);
    }

    /// The change of what is used since [`Self::watch`], by block in file order; blocks without a change are left out.
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

    /// Moves the part of a pool's use that counts against the licenses that are not reserved.
    pub(super) fn shift_open(&mut self, block: BlockId, before: u64, after: u64) {
        let pool = self.pools.get_mut(block);
        pool.open = pool.open.saturating_add(after).saturating_sub(before);
    }

    pub(super) fn schedule(&mut self, at: i64, due: Due) -> (i64, u64) {
        let key = (at, self.next_due);
        self.next_due += 1;
        self.due.insert(key, due);
        key
    }

    pub(super) fn slot(&self, index: u32) -> Option<&Slot> {
        self.slots.get(index)
    }

    /// Whether a checkout is still out.
    #[must_use]
    pub fn is_live(&self, ticket: super::outcome::Ticket) -> bool {
        self.slots.live(ticket.slot, ticket.generation).is_some()
    }

    /// What a live checkout draws, by block; draws of share groups count in full.
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

/// A civil time in seconds, on a scale that only compares and adds.
pub(super) fn seconds_of(time: DateTime) -> i64 {
    time.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0)).as_secs()
}

/// The civil time of such seconds.
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
