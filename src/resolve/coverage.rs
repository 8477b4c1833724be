//! Coverage points (features, alternatives, dependencies, share groups, denials, limits) that events can hit.
//!
//! Recorded only in a state with observation enabled. Rolled-back draws do not count as covered; an exhausted pool
//! does.

use std::collections::BTreeSet;

use jiff::civil::DateTime;

use keywright_license::Kind;

use super::block::UNLIMITED;
use super::coverage_point::CoveragePoint;
use super::event::Request;
use super::index_vec::{BlockId, NameId};
use super::model::Model;
use super::outcome::{Grant, Outcome};
use super::reason::Reason;
use super::state::State;

/// More than any pool has, and far below an overflow.
const VERY_MANY: u64 = 1 << 62;

impl Model {
    /// Returns all coverage points, in block order, for licenses in force at `at`.
    #[must_use]
    pub fn coverage_points(&self, at: DateTime) -> Vec<CoveragePoint> {
        let mut all = Vec::new();
        let mut empty = State::new(self, at);
        for (name, _) in self.names() {
            let blocks = self.blocks_of(name);
            let served = || blocks.iter().filter(|block| self.kind(**block) != Kind::Upgrade);
            if served().next().is_none() {
                continue;
            }
            all.push(CoveragePoint::Feature(name));
            if served().nth(1).is_some() {
                all.extend(served().map(|block| CoveragePoint::Block(*block)));
            }
            for block in blocks {
                self.sights_of(*block, &mut all);
            }
            if self.can_be_denied(name, &mut empty) {
                all.push(CoveragePoint::Denied(name));
            }
        }
        all
    }

    fn sights_of(&self, block: BlockId, all: &mut Vec<CoveragePoint>) {
        let row = self.blocks.get(block);
        all.extend((0..).take(row.edges.len()).map(|index| CoveragePoint::Dependency(block, index)));
        if row.shared.any() {
            all.push(CoveragePoint::Joined(block));
        }
        let limited = match row.kind {
            Kind::Exclusive | Kind::Additive | Kind::Activation => row.capacity != UNLIMITED,
            Kind::Metered => {
                row.capacity != UNLIMITED
                    || row.terms().meter.as_ref().is_some_and(|meter| meter.funds.is_some())
            }
            Kind::Token | Kind::Local | Kind::Upgrade => false,
        };
        if limited {
            all.push(CoveragePoint::Full(block));
        }
        if row.terms().softlimit.is_some() {
            all.push(CoveragePoint::AboveSoftlimit(block));
        }
    }

    /// Returns true if a request for very many licenses of a token is denied. For a pool, its limit has the same meaning.
    fn can_be_denied(&self, name: NameId, empty: &mut State) -> bool {
        let is_token = |block: &BlockId| self.kind(*block) == Kind::Token;
        if !self.blocks_of(name).iter().any(is_token) {
            return false;
        }
        let request = Request { count: VERY_MANY, ..Request::one(Some(name)) };
        matches!(self.cost(empty, &request), Err(Outcome::Denied(reason)) if is_capacity(reason))
    }
}

impl State {
    /// Starts recording coverage points.
    pub fn observe(&mut self) {
        self.points.get_or_insert_default();
    }

    /// The coverage points hit since [`Self::observe`].
    #[must_use]
    pub fn covered_points(&self) -> Option<&BTreeSet<CoveragePoint>> {
        self.points.as_ref()
    }

    pub(super) fn note(&mut self, point: CoveragePoint) {
        if let Some(points) = &mut self.points {
            points.insert(point);
        }
    }

    /// Records the coverage points of a settled walk.
    pub(super) fn note_settled(&mut self, name: NameId, settled: &Result<Grant, Outcome>) {
        if self.points.is_none() {
            return;
        }
        let seen = std::mem::take(&mut self.scratch.points);
        let full = std::mem::take(&mut self.scratch.full);
        match settled {
            Ok(grant) => {
                seen.into_iter().for_each(|point| self.note(point));
                grant
                    .above_softlimit
                    .iter()
                    .for_each(|block| self.note(CoveragePoint::AboveSoftlimit(*block)));
            }
            Err(Outcome::Denied(reason)) if is_capacity(*reason) => self.note(CoveragePoint::Denied(name)),
            Err(_) => {}
        }
        full.into_iter().for_each(|block| self.note(CoveragePoint::Full(block)));
    }

    pub(super) fn note_denied_activation(&mut self, model: &Model, name: NameId, reason: Reason) {
        if self.points.is_none() || !is_capacity(reason) {
            return;
        }
        self.note(CoveragePoint::Denied(name));
        for block in model.blocks_of(name) {
            if model.activation_miss(self, *block) == Some(Reason::NotEnoughLicenses) {
                self.note(CoveragePoint::Full(*block));
            }
        }
    }
}

/// Returns true if the denial is due to capacity, not to an invalid request or its date.
fn is_capacity(reason: Reason) -> bool {
    matches!(reason, Reason::NotEnoughLicenses | Reason::BalanceTooLow)
}

/// Returns true if a coverage point was hit. A feature is hit if one of its blocks is.
pub(super) fn is_covered(model: &Model, seen: &BTreeSet<CoveragePoint>, point: CoveragePoint) -> bool {
    match point {
        CoveragePoint::Feature(name) => {
            model.blocks_of(name).iter().any(|block| seen.contains(&CoveragePoint::Block(*block)))
        }
        other => seen.contains(&other),
    }
}

impl Model {
    /// Returns true if a coverage point was hit.
    #[must_use]
    pub fn is_covered(&self, seen: &BTreeSet<CoveragePoint>, point: CoveragePoint) -> bool {
        is_covered(self, seen, point)
    }
}
