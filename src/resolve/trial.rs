//! Trials: runs checkouts on a server on which nothing else is checked out, on any day and within a step budget.
//!
//! A trial is an ordinary walk that records what it lacks and is rolled back, so it gives the answer of a checkout.

use jiff::civil::{Date, DateTime};

use keywright_license::Kind;

use super::attempt::{Denial, Mode};
use super::block::{Block, UNLIMITED};
use super::event::Request;
use super::index_vec::BlockId;
use super::model::Model;
use super::outcome::Refusal;
use super::reason::Reason;
use super::requester::Requester;
use super::shortage::{Recorder, Shortage};
use super::state::State;
use super::walk::Walk;

/// Runs trials on one model. Nothing is checked out before or after a trial.
#[derive(Debug)]
pub struct Trials<'m> {
    model: &'m Model,
    state: State,
    /// The stack of the recorder, which is empty between trials.
    stack: Vec<Option<Shortage>>,
}

/// The result of a trial.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trial {
    /// The licenses that each granted checkout draws in addition, by block in file order.
    pub draws: Vec<Vec<(BlockId, u64)>>,
    /// The first denied checkout.
    pub denied: Option<DeniedCheckout>,
    /// All shortages in the order they were met, including those of alternatives that were skipped.
    pub shortages: Vec<Shortage>,
    /// The next day on which one of the visited blocks may change: it starts, ends, is replaced or grows.
    pub change: Option<Date>,
}

/// A denied checkout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeniedCheckout {
    /// The index of the request.
    pub request: usize,
    /// The smallest shortage among the alternatives of the first unmet dependency; `None` if capacity is not the reason.
    pub shortage: Option<Shortage>,
}

impl<'m> Trials<'m> {
    /// Prepares trials on a model.
    #[must_use]
    pub fn new(model: &'m Model) -> Self {
        Self { model, state: State::new(model, DateTime::MIN), stack: Vec::new() }
    }

    /// Runs checkouts in sequence, up to the first that is denied. `more` are hypothetical extra licenses by block.
    /// Subtracts the steps from `budget`; returns `None` if more are needed.
    pub fn requests(
        &mut self,
        day: Date,
        requests: &[Request],
        more: &[(BlockId, u64)],
        budget: &mut u64,
    ) -> Option<Trial> {
        self.play(day, more, budget, |walk, trial| {
            for (at, request) in requests.iter().enumerate() {
                walk.who = request.who;
                let mark = walk.scratch.mark();
                let served = request.feature.is_some_and(|name| walk.request(name, request.need()));
                let served = served && walk.burn_charges();
                if !served || walk.is_exhausted() {
                    trial.denied = Some(DeniedCheckout { request: at, shortage: walk.last_shortage() });
                    return;
                }
                trial.draws.push(walk.scratch.taken_since(mark));
            }
        })
    }

    /// Runs one checkout of a token block without its alternatives. The blocks that replace the token are ignored, its
    /// dates are not. The draws are not listed. Subtracts the steps from `budget`; returns `None` if more are needed.
    pub fn token(&mut self, day: Date, block: BlockId, who: Requester, budget: &mut u64) -> Option<Trial> {
        let mut trial = self.play(day, &[], budget, |walk, trial| {
            walk.who = who;
            let row = walk.model.blocks.get(block);
            let is_open = row.supported && row.covers(day) && walk.step(1);
            if !(is_open && walk.dependencies(block, row, 1).is_ok() && walk.burn_charges()) {
                trial.denied = Some(DeniedCheckout { request: 0, shortage: walk.last_shortage() });
            }
        })?;
        trial.change = earliest(trial.change, self.model.blocks.get(block).next_date(day));
        Some(trial)
    }

    /// Runs a walk on the empty state and rolls it back.
    fn play(
        &mut self,
        day: Date,
        more: &[(BlockId, u64)],
        budget: &mut u64,
        run: impl FnOnce(&mut Walk<'_>, &mut Trial),
    ) -> Option<Trial> {
        self.state.now = day.at(0, 0, 0, 0);
        let begin = self.state.work();
        let mut trial = Trial::default();
        let mut walk = Walk::new(self.model, &mut self.state, Requester::default(), Mode::Checkout);
        walk.limit_to(*budget);
        walk.extras = more.to_vec();
        let mut stack = std::mem::take(&mut self.stack);
        stack.push(None);
        walk.recorder = Some(Recorder { stack, ..Recorder::default() });
        run(&mut walk, &mut trial);
        let mut recorder = walk.recorder.take().unwrap_or_default();
        let exhausted = walk.is_exhausted();
        walk.abandon();
        *budget = budget.saturating_sub(self.state.work().saturating_sub(begin));
        recorder.stack.clear();
        self.stack = recorder.stack;
        (trial.shortages, trial.change) = (recorder.shortages, recorder.change);
        (!exhausted).then_some(trial)
    }
}

impl Walk<'_> {
    /// Records the next date of a block that is visited.
    pub(super) fn visit(&mut self, block: BlockId) {
        if let Some(recorder) = &mut self.recorder {
            recorder.change = earliest(recorder.change, self.model.next_change(block, self.day));
        }
    }

    /// Records a shortage of a block. Its draws must have been rolled back.
    pub(super) fn note_shortage(&mut self, id: BlockId, row: &Block, version: u32, miss: &Denial) {
        let Denial::Own(Refusal { reason, needed, free, .. }) = miss else { return };
        if self.recorder.is_none() {
            return;
        }
        let used = self.state.used(id);
        let found = match reason {
            Reason::NotEnoughLicenses => {
                let capacity = self.model.capacity(id, self.day).saturating_add(self.extra_of(id));
                Some(Shortage { block: id, needed: used.saturating_add(*needed), used, size: capacity })
            }
            Reason::BalanceTooLow => {
                let (model, day) = (self.model, self.day);
                let lots = model.targets.get(row.target).lists().lots.iter().copied();
                let usable = |lot: &BlockId| {
                    super::semantics::serves_version(model.blocks.get(*lot), version)
                        && model.in_force(*lot, day)
                };
                self.state.spend(lots.len() as u64);
                let lots: Vec<BlockId> = lots.filter(usable).collect();
                let waiting = self.scratch.charges.waiting_for(row.target);
                let used = lots.iter().fold(waiting, |sum, lot| sum.saturating_add(self.state.used(*lot)));
                let size = used.saturating_add(*free);
                let needed = used.saturating_add(*needed);
                lots.first().map(|block| Shortage { block: *block, needed, used, size })
            }
            _ => None,
        };
        let found = found.map(|found| Shortage { size: found.size.min(UNLIMITED - 1), ..found });
        if let (Some(recorder), Some(found)) = (&mut self.recorder, found) {
            recorder.note(found);
        }
    }

    /// The smallest shortage of the request that was denied last.
    fn last_shortage(&self) -> Option<Shortage> {
        self.recorder.as_ref().and_then(|recorder| recorder.stack.last().copied().flatten())
    }
}

impl Model {
    /// Returns the next day on which a block may change: its dates, those of its UPGRADE blocks and those of the blocks that
    /// replace, exclude or complement it.
    fn next_change(&self, block: BlockId, day: Date) -> Option<Date> {
        let row = self.blocks.get(block);
        let target = self.targets.get(row.target);
        if row.kind == Kind::Metered {
            let next = target.lists().turns.partition_point(|(date, _)| *date <= day);
            return target.lists().turns.get(next).map(|(date, _)| *date);
        }
        let own = [block];
        let (same_name, upgrades): (&[BlockId], &[BlockId]) = match row.kind {
            Kind::Exclusive => (target.exclusives(), &target.lists().upgrades),
            _ => (&own, &[]),
        };
        let next_of = |ids: &[BlockId], next| {
            ids.iter().fold(next, |next, id| earliest(next, self.blocks.get(*id).next_date(day)))
        };
        let mut next = next_of(&target.lists().replacers, None);
        for ids in [same_name, upgrades] {
            next = next_of(ids, next);
            for id in ids {
                next = next_of(&self.blocks.get(*id).terms().replaced_by, next);
            }
        }
        next
    }
}

impl Block {
    /// The first day after `day` on which the block starts or is no longer valid.
    fn next_date(&self, day: Date) -> Option<Date> {
        let over = self.end.filter(|end| *end >= day).and_then(|end| end.tomorrow().ok());
        earliest(self.start.filter(|start| *start > day), over)
    }
}

fn earliest(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
