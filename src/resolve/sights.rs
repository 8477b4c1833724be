//! What events came by: features, alternatives, dependencies, share groups, denials, limits. The ground that coverage
//! is counted on.
//!
//! Noted only in a state that observes; what a walk gave up again was not come by, but a pool that was too small was
//! seen to be.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use crate::license::Kind;

use super::event::{Event, Request};
use super::model::{Model, UNLIMITED};
use super::outcome::{Grant, Outcome, Reason};
use super::state::State;
use super::table::{BlockId, NameId};

/// Something of a license that an event can come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sight {
    /// A feature served.
    Feature(NameId),
    /// One of several blocks of a name served.
    Block(BlockId),
    /// A dependency, by its number from 0, was drawn through.
    Dependency(BlockId, u32),
    /// A live share group of a block was joined.
    Joined(BlockId),
    /// A request for a feature was denied.
    Denied(NameId),
    /// A block had too few licenses, devices or tokens.
    Full(BlockId),
    /// A block was used above its SOFTLIMIT.
    AboveSoftlimit(BlockId),
}

/// More than any pool has, and far from an overflow.
const VERY_MANY: u64 = 1 << 62;

impl Model {
    /// Everything that scenarios can come by, in the order of blocks. Dates count as at `at`.
    #[must_use]
    pub fn sights(&self, at: DateTime) -> Vec<Sight> {
        let mut all = Vec::new();
        for (name, _) in self.names() {
            let blocks = self.blocks_of(name);
            let served = || blocks.iter().filter(|block| self.kind(**block) != Kind::Upgrade);
            if served().next().is_none() {
                continue;
            }
            all.push(Sight::Feature(name));
            if served().nth(1).is_some() {
                all.extend(served().map(|block| Sight::Block(*block)));
            }
            for block in blocks {
                self.sights_of(*block, &mut all);
            }
            if self.can_be_denied(name, at) {
                all.push(Sight::Denied(name));
            }
        }
        all
    }

    fn sights_of(&self, block: BlockId, all: &mut Vec<Sight>) {
        let row = self.blocks.get(block);
        all.extend((0..).take(row.edges.len()).map(|index| Sight::Dependency(block, index)));
        if row.shared.any() {
            all.push(Sight::Joined(block));
        }
        let limited = match row.kind {
            Kind::Exclusive | Kind::Additive | Kind::Activation => row.capacity != UNLIMITED,
            Kind::Metered => {
                row.capacity != UNLIMITED || row.meter.as_ref().is_some_and(|meter| meter.funds.is_some())
            }
            Kind::Token | Kind::Local | Kind::Upgrade => false,
        };
        if limited {
            all.push(Sight::Full(block));
        }
        if row.softlimit.is_some() {
            all.push(Sight::AboveSoftlimit(block));
        }
    }

    /// Whether asking for very many of a feature with tokens is denied; for a pool, its limit says the same.
    fn can_be_denied(&self, name: NameId, at: DateTime) -> bool {
        let is_token = |block: &BlockId| self.kind(*block) == Kind::Token;
        if !self.blocks_of(name).iter().any(is_token) {
            return false;
        }
        let request = Request { count: VERY_MANY, ..Request::one(Some(name)) };
        let mut state = State::new(self, at);
        matches!(self.apply(&mut state, &Event::Checkout(request)), Outcome::Denied(reason) if is_capacity(reason))
    }
}

impl State {
    /// Starts to note what events come by.
    pub fn observe(&mut self) {
        self.sights.get_or_insert_default();
    }

    /// What events came by since [`Self::observe`].
    #[must_use]
    pub fn sights(&self) -> Option<&BTreeSet<Sight>> {
        self.sights.as_ref()
    }

    pub(super) fn note(&mut self, sight: Sight) {
        if let Some(sights) = &mut self.sights {
            sights.insert(sight);
        }
    }

    /// Notes what a settled walk came by.
    pub(super) fn note_settled(&mut self, name: NameId, settled: &Result<Grant, Outcome>) {
        if self.sights.is_none() {
            return;
        }
        let seen = std::mem::take(&mut self.scratch.sights);
        let full = std::mem::take(&mut self.scratch.full);
        match settled {
            Ok(grant) => {
                seen.into_iter().for_each(|sight| self.note(sight));
                grant.above_softlimit.iter().for_each(|block| self.note(Sight::AboveSoftlimit(*block)));
            }
            Err(Outcome::Denied(reason)) if is_capacity(*reason) => self.note(Sight::Denied(name)),
            Err(_) => {}
        }
        full.into_iter().for_each(|block| self.note(Sight::Full(block)));
    }

    pub(super) fn note_denied_activation(&mut self, model: &Model, name: NameId, reason: Reason) {
        if self.sights.is_none() || !is_capacity(reason) {
            return;
        }
        self.note(Sight::Denied(name));
        for block in model.blocks_of(name) {
            if model.activation_miss(self, *block) == Some(Reason::NotEnoughLicenses) {
                self.note(Sight::Full(*block));
            }
        }
    }
}

/// Whether a denial shows how much a license gives, and not that the request was wrong or came on the wrong day.
fn is_capacity(reason: Reason) -> bool {
    matches!(reason, Reason::NotEnoughLicenses | Reason::BalanceTooLow)
}

/// Whether a sight is among those seen; a feature was served when one of its blocks was.
pub(super) fn is_seen(model: &Model, seen: &BTreeSet<Sight>, sight: Sight) -> bool {
    match sight {
        Sight::Feature(name) => {
            model.blocks_of(name).iter().any(|block| seen.contains(&Sight::Block(*block)))
        }
        other => seen.contains(&other),
    }
}

impl Model {
    /// Whether a sight is among those seen.
    #[must_use]
    pub fn is_seen(&self, seen: &BTreeSet<Sight>, sight: Sight) -> bool {
        is_seen(self, seen, sight)
    }
}
