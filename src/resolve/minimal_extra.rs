//! Searches for the smallest set of extra licenses that would grant the request.
//!
//! Extra licenses in a pool do not change a walk until it reaches a block that was too small before and is large enough
//! now. So every set of extra licenses that grants the request has, for at least one of the exhausted blocks, the
//! missing amount or more. Adding the missing amount of one block at a time, in order of the sums, therefore finds the
//! smallest set.

use std::collections::BTreeSet;

use super::index_vec::BlockId;
use super::outcome::{Attempt, Suggestion};
use super::suggestion_search::{BUDGET, MAX_REMEDIES, Search, short_of};
use super::trace::Trace;
use super::walk::Walk;

/// Maximum number of sets that are tried.
const MAX_TRIED: usize = 2_000;

/// More licenses than any request needs.
const PLENTY: u64 = 1 << 60;

/// A hypothetical set of extra licenses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct ExtraLicenses {
    sum: u64,
    /// Amount by which the limit on active license tokens is raised.
    pub(super) limit: u64,
    /// Extra licenses by block, in file order.
    pub(super) pools: Vec<(BlockId, u64)>,
}

/// The result of a request with extra licenses.
enum TrialOutcome {
    /// Granted, if the limit on active license tokens is raised by this amount.
    Served(u64),
    Denied(Vec<Attempt>),
}

impl ExtraLicenses {
    pub(super) fn remedy(self) -> Suggestion {
        Suggestion::More { pools: self.pools, limit: self.limit }
    }

    fn with(&self, block: BlockId, amount: u64) -> Self {
        let mut more = self.clone();
        match more.pools.binary_search_by_key(&block, |(known, _)| *known) {
            Ok(at) => more.pools.iter_mut().skip(at).take(1).for_each(|(_, known)| {
                *known = known.saturating_add(amount);
            }),
            Err(at) => more.pools.insert(at, (block, amount)),
        }
        more.sum = more.sum.saturating_add(amount);
        more
    }

    fn with_limit(&self, limit: u64) -> Self {
        let sum = self.sum.saturating_sub(self.limit).saturating_add(limit);
        Self { limit, sum, pools: self.pools.clone() }
    }

    /// Returns true if every amount is at least that of another set.
    fn includes(&self, other: &Self) -> bool {
        let has = |block: BlockId| self.pools.iter().find(|(known, _)| *known == block).map_or(0, |it| it.1);
        self.limit >= other.limit && other.pools.iter().all(|(block, amount)| has(*block) >= *amount)
    }
}

impl Search<'_> {
    /// Returns the smallest sets that grant the request, up to a maximum, none of which includes another one. If there
    /// are too many sets to try, returns sets in which each single amount is minimal.
    pub(super) fn more(&mut self) -> Vec<ExtraLicenses> {
        let mut found: Vec<ExtraLicenses> = Vec::new();
        let mut waiting = BTreeSet::from([ExtraLicenses::default()]);
        for _ in 0..MAX_TRIED {
            let Some(extras) = waiting.pop_first() else { break };
            if found.iter().any(|known| extras.includes(known)) {
                continue;
            }
            match self.try_with(&extras) {
                TrialOutcome::Served(limit) if limit <= extras.limit => found.push(extras),
                TrialOutcome::Served(limit) => _ = waiting.insert(extras.with_limit(limit)),
                TrialOutcome::Denied(attempts) => {
                    let missing = short_of(&attempts).into_iter();
                    let missing = missing.filter(|(_, amount)| *amount > 0 && *amount < PLENTY);
                    waiting.extend(missing.map(|(block, amount)| extras.with(block, amount)));
                }
            }
            if found.len() == MAX_REMEDIES || self.is_spent() {
                return self.or_rough(found);
            }
        }
        self.or_rough(found)
    }

    fn or_rough(&mut self, mut found: Vec<ExtraLicenses>) -> Vec<ExtraLicenses> {
        if found.is_empty() {
            self.end = self.end.saturating_add(BUDGET / 2);
            found.extend(self.approximate());
        }
        found
    }

    fn try_with(&mut self, extras: &ExtraLicenses) -> TrialOutcome {
        let requested = *self.requested;
        let mut walk = Walk::new(self.model, self.state, requested.who, requested.mode);
        walk.extras.clone_from(&extras.pools);
        walk.trace = Some(Trace::default());
        let served = requested.served(&mut walk);
        let limit = requested.over_limit(&walk);
        let attempts = walk.trace.take().map(Trace::finish).unwrap_or_default();
        walk.abandon();
        if served { TrialOutcome::Served(limit) } else { TrialOutcome::Denied(attempts) }
    }

    /// Starts with very many licenses of every exhausted pool of an alternative, then reduces each to the minimum.
    fn approximate(&mut self) -> Vec<ExtraLicenses> {
        let TrialOutcome::Denied(first) = self.try_with(&ExtraLicenses::default()) else { return Vec::new() };
        let mut found = Vec::new();
        for alternative in 0..first.len().min(MAX_REMEDIES) {
            if let Some(upper_bound) = self.upper_bound(alternative) {
                found.extend(self.shrink(upper_bound));
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Adds very many licenses of everything that an alternative lacks.
    fn upper_bound(&mut self, alternative: usize) -> Option<ExtraLicenses> {
        let mut extras = ExtraLicenses::default();
        while !self.is_spent() {
            match self.try_with(&extras) {
                TrialOutcome::Served(limit) => return Some(extras.with_limit(limit)),
                TrialOutcome::Denied(attempts) => {
                    let short = short_of(attempts.get(alternative..=alternative)?);
                    let has = |block: &BlockId| extras.pools.iter().any(|(known, _)| known == block);
                    let further: Vec<_> = short.into_iter().filter(|(block, _)| !has(block)).collect();
                    if further.is_empty() {
                        return None;
                    }
                    extras = further.iter().fold(extras, |extras, (block, _)| extras.with(*block, PLENTY));
                }
            }
        }
        None
    }

    /// Reduces one pool after the other to the smallest amount that still grants the request.
    fn shrink(&mut self, mut extras: ExtraLicenses) -> Option<ExtraLicenses> {
        for index in 0..extras.pools.len() {
            let (mut bad, mut good) = (None, PLENTY);
            while good > bad.map_or(0, |bad| bad + 1) {
                if self.is_spent() {
                    return None;
                }
                let middle = bad.map_or(0, |bad| bad + (good - bad) / 2);
                let less = extras.with_amount(index, middle);
                match self.try_with(&less) {
                    TrialOutcome::Served(limit) if limit <= less.limit => good = middle,
                    _ => bad = Some(middle),
                }
            }
            extras = extras.with_amount(index, good);
        }
        extras.pools.retain(|(_, amount)| *amount > 0);
        Some(extras)
    }
}

impl ExtraLicenses {
    /// Returns a copy with a different amount for one of the pools.
    fn with_amount(&self, index: usize, amount: u64) -> Self {
        let mut other = self.clone();
        other.pools.iter_mut().skip(index).take(1).for_each(|(_, known)| *known = amount);
        other.sum = other.pools.iter().fold(other.limit, |sum, (_, amount)| sum.saturating_add(*amount));
        other
    }
}
