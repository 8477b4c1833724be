//! The walk of one request through blocks: first fit, all or nothing, with an undo log for rollback.
//!
//! DECISION: first fit without backtracking. The blocks of a name are tried in order. If a dependency of a block fails,
//! its draws are rolled back and the next block is tried; a choice that succeeded is not revisited.

use jiff::civil::Date;

use keywright_license::Kind;
use keywright_syntax::effort;

use super::attempt::{Denial, Mode, Need, Served, Tried};
use super::block::{Block, UNLIMITED};
use super::coverage_point::CoveragePoint;
use super::draw::{Draw, Part, Size};
use super::groups::Reach;
use super::index_vec::{BlockId, GroupId, NameId, TargetId};
use super::model::Model;
use super::outcome::Refusal;
use super::reason::Reason;
use super::requester::Requester;
use super::semantics::{
    FIRST_MISS_BUDGET, LIVE_GROUP_FIRST, MERGE_ABOVE, OVERFLOW, STEP_BUDGET, is_open, may_borrow, may_burn,
    may_lend, nearness, requires_validity, serves_version, share_key,
};
use super::shortage::Recorder;
use super::state::State;
use super::trace::Trace;
use super::undo_log::{Savepoint, Undo, WalkBuffers};

/// The state of a walk.
pub(super) struct Walk<'a> {
    pub(super) model: &'a Model,
    pub(super) state: &'a mut State,
    pub(super) day: Date,
    pub(super) who: Requester,
    mode: Mode,
    /// The value of the state's work counter at which the walk ends undetermined.
    pub(super) limit: u64,
    pub(super) scratch: WalkBuffers,
    /// The nearest reason so far.
    pub(super) nearest: Option<Reason>,
    pub(super) trace: Option<Trace>,
    /// Records the shortages of a trial.
    pub(super) recorder: Option<Recorder>,
    /// The number of tokens above the current block.
    depth: u32,
    /// Remaining steps to find the first unmet dependency of merged walks.
    pub(super) for_first_miss: u64,
    /// True if every pool counts as large enough.
    pub(super) boundless: bool,
    /// Hypothetical extra licenses by block.
    pub(super) extras: Vec<(BlockId, u64)>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(model: &'a Model, state: &'a mut State, who: Requester, mode: Mode) -> Self {
        let scratch = std::mem::take(&mut state.scratch);
        Self {
            model,
            day: state.now.date(),
            limit: state.work.saturating_add(STEP_BUDGET),
            state,
            who,
            mode,
            scratch,
            nearest: None,
            trace: None,
            recorder: None,
            depth: 0,
            for_first_miss: FIRST_MISS_BUDGET,
            boundless: false,
            extras: Vec::new(),
        }
    }

    /// Limits the number of further steps of the walk.
    pub(super) fn limit_to(&mut self, steps: u64) {
        self.limit = self.state.work.saturating_add(steps);
    }

    /// Sets the number of tokens above the block that is tried next.
    pub(super) fn set_depth(&mut self, depth: u32) {
        self.depth = depth;
    }

    /// Returns true if the step budget is exceeded, which makes the result undetermined.
    pub(super) fn is_exhausted(&self) -> bool {
        self.state.work > self.limit
    }

    pub(super) fn step(&mut self, cost: u64) -> bool {
        self.state.spend(cost);
        !self.is_exhausted()
    }

    /// Serves a request with the blocks of all vendors.
    pub(super) fn request(&mut self, name: NameId, need: Need) -> bool {
        let row = self.model.names.get(name);
        self.try_all(&row.order, row.shared, Some(name), need)
    }

    /// Serves a dependency with blocks of the same vendor.
    pub(super) fn depend(&mut self, target: TargetId, need: Need) -> bool {
        let row = self.model.targets.get(target);
        self.try_all(&row.order, row.shared, Some(row.name), need)
    }

    fn try_all(&mut self, order: &'a [BlockId], shared: bool, name: Option<NameId>, need: Need) -> bool {
        if order.is_empty() {
            return self.nothing_to_try(name, need);
        }
        if !(shared && LIVE_GROUP_FIRST && order.len() > 1) {
            return order.iter().any(|block| self.try_block(*block, need));
        }
        let live = |walk: &Self, block: BlockId| walk.live_group(block).is_some();
        order.iter().any(|block| live(self, *block) && self.try_block(*block, need))
            || order.iter().any(|block| !live(self, *block) && self.try_block(*block, need))
    }

    /// Reports a name without blocks that could be tried.
    pub(super) fn nothing_to_try(&mut self, name: Option<NameId>, need: Need) -> bool {
        let row = name.map(|name| self.model.names.get(name));
        let reason = match row {
            Some(row) if row.broken => Reason::NotModelled,
            Some(row) if row.blocks.iter().any(|block| self.model.kind(*block) == Kind::Upgrade) => {
                Reason::NotDrawable
            }
            _ => Reason::NoSuchFeature,
        };
        self.enter(name, None, need.count);
        self.leave(Err(reason.into()))
    }

    fn live_group(&self, block: BlockId) -> Option<GroupId> {
        let key = share_key(self.model.blocks.get(block).shared, self.who)?;
        self.state.groups.find(block, key)
    }

    pub(super) fn try_block(&mut self, id: BlockId, need: Need) -> bool {
        if !self.step(self.model.weight(id)) {
            return false;
        }
        self.visit(id);
        let row = self.model.blocks.get(id);
        let shown = self.shown(id, row, need.version);
        self.enter(Some(row.name), Some(shown), need.count);
        let mark = self.scratch.mark();
        let tried = match row.kind {
            _ if !row.supported => Err(Reason::NotModelled.into()),
            Kind::Token => self.token(id, row, need),
            Kind::Exclusive | Kind::Additive => self.pool(id, row, need),
            Kind::Metered => self.charge(row.target, need.version, need.count),
            Kind::Local => self.local(id, row, need),
            Kind::Activation | Kind::Upgrade => Err(Reason::NotDrawable.into()),
        };
        match &tried {
            Err(miss) => {
                self.roll_back(mark);
                self.note_full(id, row, miss);
                self.note_shortage(id, row, need.version, miss);
            }
            Ok(served) => {
                self.see(CoveragePoint::Block(id));
                if served.joined {
                    self.see(CoveragePoint::Joined(id));
                }
            }
        }
        self.leave(tried)
    }

    /// Returns the block that a message names. Lots count as one block, represented by the most relevant lot.
    fn shown(&mut self, id: BlockId, row: &Block, version: u32) -> BlockId {
        if self.trace.is_none() || row.kind != Kind::Metered {
            return id;
        }
        self.state.shown_lot(self.model, row.target, version).unwrap_or(id)
    }

    fn note_full(&mut self, id: BlockId, row: &Block, miss: &Denial) {
        let Some(seen) = &self.state.points else { return };
        match miss {
            Denial::Own(refusal) if refusal.reason == Reason::NotEnoughLicenses => self.scratch.full.push(id),
            Denial::Own(refusal) if refusal.reason == Reason::BalanceTooLow => {
                // Lots are recorded together: if the first one is recorded as used up, all are.
                let lots = &self.model.targets.get(row.target).lists().lots;
                if !lots.first().is_some_and(|lot| seen.contains(&CoveragePoint::Full(*lot))) {
                    effort::spend_on(lots.len());
                    self.scratch.full.extend(lots);
                }
            }
            Denial::Own(_) | Denial::Nested => {}
        }
    }

    /// Serves a block without COUNT. It is not counted and only serves direct requests, not dependencies.
    fn local(&mut self, id: BlockId, row: &Block, need: Need) -> Tried {
        if self.mode == Mode::Consume {
            return Err(Reason::NotMetered.into());
        }
        if self.depth > 0 || self.mode != Mode::Checkout {
            return Err(Reason::NotDrawable.into());
        }
        self.check_in_force(id, row, need.version)?;
        Ok(Served { extra: 0, joined: false })
    }

    /// Checks version and dates.
    pub(super) fn check_in_force(&self, id: BlockId, row: &Block, version: u32) -> Result<(), Denial> {
        if !serves_version(row, version) {
            return Err(Denial::Own(Refusal::version(row.version, version)));
        }
        if !self.model.in_force(id, self.day) {
            return Err(Reason::NotInForce.into());
        }
        Ok(())
    }

    /// Checks whether a token may be entered. Permanent reasons (not metered, not borrowable) are reported before
    /// validity dates, as for pools.
    pub(super) fn opens(&self, id: BlockId, row: &Block, version: u32) -> Result<(), Denial> {
        if self.mode == Mode::Consume && !may_burn(row) {
            return Err(Reason::NotMetered.into());
        }
        if !serves_version(row, version) {
            return Err(Denial::Own(Refusal::version(row.version, version)));
        }
        if let Mode::Borrow(hours) = self.mode
            && !may_lend(row, hours)
        {
            return Err(Denial::Own(self.model.not_lent(id, hours)));
        }
        if !self.model.in_force(id, self.day) {
            return Err(Reason::NotInForce.into());
        }
        Ok(())
    }

    fn pool(&mut self, id: BlockId, row: &Block, need: Need) -> Tried {
        if self.mode == Mode::Consume {
            return Err(Reason::NotMetered.into());
        }
        if !serves_version(row, need.version) {
            return Err(Denial::Own(Refusal::version(row.version, need.version)));
        }
        let key = share_key(row.shared, self.who);
        let group = key.and_then(|key| self.state.groups.find(id, key));
        let largest = group.map_or(0, |group| self.state.groups.get(group).largest());
        let extra = need.count.saturating_sub(largest);
        let open = self.take(id, row, extra)?;
        match key {
            None => self.scratch.draws.push(Draw::Pool { block: id, amount: extra, open }),
            Some(key) => {
                let group = group.unwrap_or_else(|| self.state.groups.open(id, key));
                let size = self.join(group, need.count);
                self.scratch.draws.push(Draw::Member { group, size });
            }
        }
        Ok(Served { extra, joined: group.is_some() })
    }

    /// Takes licenses from a pool that is in force and has enough. Returns true if they count against the unreserved
    /// licenses.
    fn take(&mut self, id: BlockId, row: &Block, extra: u64) -> Result<bool, Denial> {
        let open = is_open(row, self.who.lacks());
        if let Mode::Borrow(hours) = self.mode
            && !may_borrow(row, hours)
        {
            return Err(Denial::Own(Refusal::borrow(id, row.terms().borrow, hours)));
        }
        if !requires_validity(extra) {
            return Ok(open);
        }
        if !self.model.in_force(id, self.day) {
            return Err(Reason::NotInForce.into());
        }
        let (free, reserved) = self.available(id, row, open);
        if extra > free {
            let free = if self.model.capacity(id, self.day) == UNLIMITED { UNLIMITED } else { free };
            let refusal = Refusal::numbers(Reason::NotEnoughLicenses, extra, free);
            return Err(Denial::Own(Refusal { reserved, ..refusal }));
        }
        self.state.add(id, extra, open);
        self.scratch.trail.push(Undo::Pool { block: id, amount: extra, open });
        if row.terms().softlimit.is_some_and(|limit| self.state.used(id) > limit) {
            self.scratch.warned.push(id);
        }
        Ok(open)
    }

    /// Returns the free licenses for a request (always less than [`OVERFLOW`]) and the number of further free licenses
    /// that are reserved.
    fn available(&mut self, id: BlockId, row: &Block, open: bool) -> (u64, u64) {
        self.state.spend(self.model.targets.get(row.target).lists().upgrades.len() as u64);
        let capacity = self.model.capacity(id, self.day).saturating_add(self.extra_of(id)).min(UNLIMITED - 1);
        let pool = self.state.pools.get(id);
        let free = capacity.saturating_sub(pool.used);
        if !open {
            return (free, 0);
        }
        let user = if self.who.user.is_none() { row.terms().reserved_user } else { 0 };
        let host = if self.who.host.is_none() { row.terms().reserved_host } else { 0 };
        let unreserved = capacity.saturating_sub(user).saturating_sub(host);
        let unreserved = free.min(unreserved.saturating_sub(pool.open));
        (unreserved, free - unreserved)
    }

    /// The hypothetical extra licenses of a block.
    pub(super) fn extra_of(&self, id: BlockId) -> u64 {
        if self.boundless {
            return OVERFLOW;
        }
        self.extras
            .iter()
            .filter(|(block, _)| *block == id)
            .fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    /// Records a coverage point if observation is enabled.
    pub(super) fn see(&mut self, point: CoveragePoint) {
        if self.state.points.is_some() {
            self.scratch.points.push(point);
        }
    }

    /// Adds a draw to a group that has all the licenses it needs.
    pub(super) fn join(&mut self, group: GroupId, count: u64) -> Size {
        let size = Size { lacks: self.who.lacks(), count };
        let before =
            if self.model.reserves { self.state.groups.usage(self.model, group) } else { Vec::new() };
        self.state.groups.join(group, size);
        self.scratch.trail.push(Undo::Joined { group, size });
        for (pool, _, reach) in before {
            let after = self.state.groups.get(group).reach_on(pool.part);
            self.close_part((pool.block, pool.unit), reach, after);
        }
        size
    }

    /// Reduces what counts against the unreserved licenses if a member with access to reserved licenses also uses them.
    /// Growth was counted when the licenses were taken.
    fn close_part(&mut self, (block, unit): (BlockId, u64), before: Reach, after: Reach) {
        let row = self.model.blocks.get(block);
        let open = |reach: Reach| reach.open_part(row).saturating_mul(unit);
        let (before, after) = (open(before), open(after));
        if after < before {
            self.state.shift_open(block, before, after);
            self.scratch.trail.push(Undo::Closed { block, before, after });
        }
    }

    fn token(&mut self, id: BlockId, row: &'a Block, need: Need) -> Tried {
        let key = share_key(row.shared, self.who);
        let group = key.and_then(|key| self.state.groups.find(id, key));
        let largest = group.map_or(0, |group| self.state.groups.get(group).largest());
        let extra = need.count.saturating_sub(largest);
        match self.opens(id, row, need.version) {
            Err(Denial::Own(refusal))
                if refusal.reason == Reason::NotInForce && !requires_validity(extra) => {}
            other => other?,
        }
        match (key, group) {
            (None, _) => self.dependencies(id, row, need.count)?,
            (Some(_), Some(group)) => self.grow(group, need.count)?,
            (Some(key), None) => {
                let mark = self.scratch.mark();
                self.dependencies(id, row, need.count)?;
                let group = self.state.groups.open(id, key);
                self.keep_choices(group, mark, need.count);
                self.scratch.draws.truncate(mark.draws);
                self.join(group, need.count);
            }
        }
        if let Some(key) = key
            && let Some(group) = self.state.groups.find(id, key)
        {
            let size = Size { lacks: self.who.lacks(), count: need.count };
            self.scratch.draws.push(Draw::Token { group, size });
        }
        Ok(Served { extra, joined: group.is_some() })
    }

    pub(super) fn dependencies(&mut self, id: BlockId, row: &'a Block, count: u64) -> Result<(), Denial> {
        let target = self.model.targets.get(row.target);
        self.depth += 1;
        let served = if target.simple && target.paths > MERGE_ABOVE {
            self.merged(id, row, count)
        } else {
            row.edges.iter().zip(0..).all(|(edge, index)| {
                let need = Need { count: edge.count.saturating_mul(count), version: edge.version };
                self.see(CoveragePoint::Dependency(id, index));
                self.depend(edge.target, need)
            })
        };
        self.depth -= 1;
        if served { Ok(()) } else { Err(Denial::Nested) }
    }

    /// Stores everything drawn since `mark` as the choices of a share group.
    pub(super) fn keep_choices(&mut self, group: GroupId, mark: Savepoint, count: u64) {
        let row = self.state.groups.get_mut(group);
        row.parts.clear();
        row.burned_for = count;
        let parts = self.scratch.draws.iter().skip(mark.draws).filter_map(|draw| match *draw {
            Draw::Pool { block, amount, .. } => Some(Part::Pool { block, unit: amount / count.max(1) }),
            Draw::Burned { target, version, amount } => {
                Some(Part::Burned { target, version, unit: amount / count.max(1) })
            }
            // Compilation rejects shared licenses below a shared token.
            Draw::Member { .. } | Draw::Token { .. } => None,
        });
        row.parts.extend(parts);
    }

    /// Grows a live share group of a token with the alternatives chosen before.
    fn grow(&mut self, group: GroupId, count: u64) -> Result<(), Denial> {
        let burned_for = self.state.groups.get(group).burned_for;
        let burn = count.saturating_sub(burned_for);
        let mut next = 0;
        while let Some(part) = self.state.groups.get(group).parts.get(next).copied() {
            // A part that HOLD or MIN_CHECKOUT keeps has licenses already.
            let largest = u32::try_from(next).map_or(0, |at| self.state.groups.get(group).largest_on(at));
            let extra = count.saturating_sub(largest);
            next += 1;
            let grown = match part {
                // Every block on the path must permit borrowing, even if no further license is drawn.
                Part::Pool { block, unit } if extra > 0 || self.mode != Mode::Checkout => {
                    self.grow_pool(block, unit.saturating_mul(extra))
                }
                Part::Burned { target, version, unit } if burn > 0 => {
                    self.grow_burned(target, version, unit.saturating_mul(burn))
                }
                Part::Pool { .. } | Part::Burned { .. } => true,
            };
            if !grown {
                return Err(Denial::Nested);
            }
        }
        if burn > 0 {
            self.scratch.trail.push(Undo::BurnedFor { group, before: burned_for });
            self.state.groups.get_mut(group).burned_for = count;
        }
        self.join(group, count);
        Ok(())
    }

    fn grow_pool(&mut self, block: BlockId, extra: u64) -> bool {
        let row = self.model.blocks.get(block);
        self.enter(Some(row.name), Some(block), extra);
        let served = Served { extra, joined: false };
        let tried = self.take(block, row, extra).map(|_| served);
        if let Err(miss) = &tried {
            self.note_full(block, row, miss);
            self.note_shortage(block, row, 0, miss);
        }
        self.leave(tried)
    }

    fn grow_burned(&mut self, target: TargetId, version: u32, tokens: u64) -> bool {
        let row = self.model.targets.get(target);
        let shown = self.trace.is_some().then(|| self.state.shown_lot(self.model, target, version));
        self.enter(Some(row.name), shown.flatten(), tokens);
        let mark = self.scratch.mark();
        let tried = self.charge(target, version, tokens);
        self.scratch.draws.truncate(mark.draws);
        if let (Err(miss), Some(lot)) = (&tried, row.lists().lots.first()) {
            self.roll_back(mark);
            self.note_shortage(*lot, self.model.blocks.get(*lot), version, miss);
        }
        self.leave(tried)
    }

    /// Rolls back everything since `mark`, last change first.
    pub(super) fn roll_back(&mut self, mark: Savepoint) {
        while self.scratch.trail.len() > mark.trail {
            if let Some(undo) = self.scratch.trail.pop() {
                undo.apply(self.model, self.state, &mut self.scratch.charges);
            }
        }
        self.scratch.draws.truncate(mark.draws);
        self.scratch.warned.truncate(mark.warned);
        self.scratch.points.truncate(mark.points);
    }

    pub(super) fn enter(&mut self, name: Option<NameId>, block: Option<BlockId>, count: u64) {
        if let Some(trace) = &mut self.trace {
            trace.enter(name, block, count);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.enter();
        }
    }

    /// Records the result of a block. Returns true if it served.
    pub(super) fn leave(&mut self, tried: Tried) -> bool {
        if let Err(Denial::Own(refusal)) = &tried {
            self.nearest = nearer(self.nearest, Some(refusal.reason));
        }
        let served = tried.is_ok();
        if let Some(recorder) = &mut self.recorder {
            recorder.leave(served);
        }
        if let Some(trace) = &mut self.trace {
            trace.leave(tried, self.model, self.state);
        }
        served
    }
}

/// Returns the nearer of two reasons; the first if both are equally near.
pub(super) fn nearer(first: Option<Reason>, second: Option<Reason>) -> Option<Reason> {
    match (first, second) {
        (Some(one), Some(other)) if nearness(other) < nearness(one) => second,
        (Some(_), _) => first,
        (None, _) => second,
    }
}

/// The overflow value must stay the maximum under saturating multiplication.
const _: () = assert!(OVERFLOW == u64::MAX);
