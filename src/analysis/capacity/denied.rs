//! The minimal mixes that are not always granted.

use std::collections::HashMap;
use std::rc::Rc;

use keywright_resolve::Reason;

use super::features::{Demand, Features};
use super::maximum::{Most, reason};
use super::mixes::{self, Draws};
use super::result::DeniedMix;
use super::simulation::{Play, START, StateId, Step};
use crate::amount::Amount;

/// Maximum number of mixes that are examined, and of mixes that are returned.
const MOST_EXAMINED: usize = 5_000_000;
const MOST_MIXES: usize = 100_000;

/// The work to examine a mix with the resolver, compared with arithmetic.
const PLAYED: usize = 10;

/// The bound was reached.
struct BoundReached;

/// The mixes.
#[derive(Debug, Default)]
pub(super) struct Denied {
    pub(super) mixes: Vec<DeniedMix>,
    pub(super) is_complete: bool,
}

/// Returns all minimal mixes of up to three features.
pub(super) fn all(play: &mut Play<'_>, features: &Features, found: &[Most]) -> Denied {
    let mut search = Search { play, features, found, left: MOST_EXAMINED, mixes: Vec::new() };
    search.singles();
    let is_complete = !found.iter().any(|most| most.amount.is_bound());
    let is_complete = search.pairs_and_triples().is_ok() && is_complete;
    Denied { mixes: search.mixes, is_complete }
}

struct Search<'p, 'm, 'f> {
    play: &'p mut Play<'m>,
    features: &'f Features,
    found: &'f [Most],
    /// The work that is left, in mixes examined by arithmetic.
    left: usize,
    mixes: Vec<DeniedMix>,
}

impl Search<'_, '_, '_> {
    fn singles(&mut self) {
        for (feature, most) in self.features.iter().zip(self.found) {
            if let (Amount::Exactly(number), Some(reason)) = (most.amount, most.ends) {
                let mix = vec![(feature.name.clone(), number.saturating_add(1))];
                self.mixes.push(DeniedMix { order: mix.clone(), mix, reason });
            }
        }
    }

    fn pairs_and_triples(&mut self) -> Result<(), BoundReached> {
        let features = self.features;
        let able = |index: &usize| {
            features.get(*index).is_some_and(|feature| {
                !feature.supplies.is_empty() && !matches!(feature.demand, Demand::Never(_))
            })
        };
        for one in (0..features.len()).filter(able) {
            for other in features.later_rivals(one).into_iter().filter(able) {
                self.spend(1)?;
                self.group(&[one, other])?;
            }
        }
        let able: Vec<usize> = (0..features.len()).filter(able).collect();
        for (at, one) in able.iter().enumerate() {
            for (next, other) in able.iter().enumerate().skip(at + 1) {
                let direct = features.meet(*one, *other);
                for third in able.iter().skip(next + 1) {
                    self.spend(1)?;
                    let meets = [direct, features.meet(*one, *third), features.meet(*other, *third)];
                    // A feature that shares no supply with the other two does not change what they are granted.
                    if meets.into_iter().filter(|meets| *meets).count() > 1 {
                        self.group(&[*one, *other, *third])?;
                    }
                }
            }
        }
        Ok(())
    }

    fn spend(&mut self, work: usize) -> Result<(), BoundReached> {
        self.left = self.left.checked_sub(work).ok_or(BoundReached)?;
        Ok(())
    }

    /// Finds the minimal mixes of exactly these features.
    fn group(&mut self, group: &[usize]) -> Result<(), BoundReached> {
        match mixes::fixed(self.features, group).as_deref() {
            Some([first, second]) => self.fixed_pair(group, first, second),
            Some([first, second, third]) => self.fixed_triple(group, [first, second, third]),
            _ => Region { search: self, group, cells: HashMap::new() }.explore(),
        }
    }

    fn fixed_pair(
        &mut self,
        group: &[usize],
        first: Draws<'_>,
        second: Draws<'_>,
    ) -> Result<(), BoundReached> {
        let max_of_last = |times| mixes::max_of_last(self.features, &[(first, times)], second);
        let Some(mut before) = max_of_last(0) else { return Ok(()) };
        let Some(most) = mixes::max_of_last(self.features, &[], first) else { return Ok(()) };
        for times in 1..=most {
            self.spend(1)?;
            let Some(now) = mixes::max_of_last(self.features, &[(first, times)], second) else {
                return Ok(());
            };
            if now < before {
                self.record(group, &[times, now.saturating_add(1)], &[first, second])?;
            }
            before = now;
        }
        Ok(())
    }

    fn fixed_triple(&mut self, group: &[usize], draws: [Draws<'_>; 3]) -> Result<(), BoundReached> {
        let [first, second, third] = draws;
        let features = self.features;
        let max_of_last = |one, other| mixes::max_of_last(features, &[(first, one), (second, other)], third);
        // An unlimited feature draws on no supply with a limit, so it is in no group.
        let most = mixes::max_of_last(features, &[], first).unwrap_or(0);
        for one in 1..=most {
            let beside = mixes::max_of_last(features, &[(first, one)], second).unwrap_or(0);
            for other in 1..=beside {
                self.spend(1)?;
                let Some(now) = max_of_last(one, other) else { continue };
                let is_less = |before: Option<u64>| before.is_some_and(|before| now < before);
                if is_less(max_of_last(one - 1, other)) && is_less(max_of_last(one, other - 1)) {
                    self.record(group, &[one, other, now.saturating_add(1)], &draws)?;
                }
            }
        }
        Ok(())
    }

    fn record(&mut self, group: &[usize], times: &[u64], draws: &[Draws<'_>]) -> Result<(), BoundReached> {
        let mix: Vec<(Draws<'_>, u64)> = draws.iter().copied().zip(times.iter().copied()).collect();
        let short = mixes::short(self.features, &mix).and_then(|supply| self.features.supplies.get(supply));
        let reason = short.map_or(Reason::NotEnoughLicenses, reason);
        let order = self.named(group.iter().copied().zip(times.iter().copied()));
        self.push(DeniedMix { mix: order.clone(), order, reason })
    }

    fn push(&mut self, mix: DeniedMix) -> Result<(), BoundReached> {
        if self.mixes.len() >= MOST_MIXES {
            return Err(BoundReached);
        }
        self.mixes.push(mix);
        Ok(())
    }

    fn named(&self, parts: impl Iterator<Item = (usize, u64)>) -> Vec<(String, u64)> {
        parts.filter_map(|(index, times)| Some((self.features.get(index)?.name.clone(), times))).collect()
    }
}

/// The number of checkouts of each feature of a group.
type Mix = [u32; 3];

/// The mixes of a group that are always granted.
struct Region<'s, 'p, 'm, 'f, 'g> {
    search: &'s mut Search<'p, 'm, 'f>,
    group: &'g [usize],
    cells: HashMap<Mix, Rc<[StateId]>>,
}

impl Region<'_, '_, '_, '_, '_> {
    /// Visits the mixes that are always granted in the order of their totals, and records those next to them that are not.
    fn explore(mut self) -> Result<(), BoundReached> {
        self.cells.insert(Mix::default(), Rc::from([START]));
        let mut level = vec![Mix::default()];
        while !level.is_empty() {
            let mut next: Vec<Mix> = Vec::new();
            for mix in &level {
                next.extend((0..self.group.len()).filter_map(|axis| self.one_more(*mix, axis)));
            }
            next.sort_unstable();
            next.dedup();
            level.clear();
            for mix in next {
                if self.visit(mix)? {
                    level.push(mix);
                }
            }
        }
        Ok(())
    }

    /// The mix with one more checkout of a feature; `None` above the number of checkouts that can make a difference.
    fn one_more(&self, mut mix: Mix, axis: usize) -> Option<Mix> {
        let changes = self.search.features.get(*self.group.get(axis)?)?.changes;
        let times = mix.get_mut(axis)?;
        *times = times.checked_add(1)?;
        (u64::from(*times) <= changes.saturating_add(1)).then_some(mix)
    }

    /// Returns true if a mix is always granted.
    fn visit(&mut self, mix: Mix) -> Result<bool, BoundReached> {
        self.search.spend(PLAYED)?;
        let features = self.search.features;
        let mut states: Vec<StateId> = Vec::new();
        let mut denied: Option<(usize, StateId, Reason)> = None;
        for (axis, index) in self.group.iter().enumerate() {
            let Some(before) = less(mix, axis) else { continue };
            // A smaller mix that is not always granted is the minimal one.
            let Some(cell) = self.cells.get(&before).cloned() else { return Ok(false) };
            let Some(feature) = features.get(*index) else { continue };
            for state in cell.iter() {
                match self.search.play.step(*state, *index, feature) {
                    Step::Granted(next) => states.push(next),
                    Step::Denied(reason) => denied = denied.or(Some((axis, *state, reason))),
                    Step::Unknown => return Err(BoundReached),
                }
            }
        }
        if let Some((axis, state, reason)) = denied {
            if mix.iter().take(self.group.len()).all(|times| *times > 0) {
                self.record(mix, axis, state, reason)?;
            }
            return Ok(false);
        }
        states.sort_unstable();
        states.dedup();
        self.cells.insert(mix, states.into());
        Ok(true)
    }

    fn record(&mut self, mix: Mix, axis: usize, state: StateId, reason: Reason) -> Result<(), BoundReached> {
        let mut steps = vec![axis];
        if let Some(before) = less(mix, axis) {
            self.way(before, state, &mut steps);
        }
        let mut order: Vec<(usize, u64)> = Vec::new();
        for index in steps.iter().rev().filter_map(|axis| self.group.get(*axis)) {
            match order.last_mut() {
                Some((last, times)) if last == index => *times += 1,
                _ => order.push((*index, 1)),
            }
        }
        let order = self.search.named(order.into_iter());
        let mix = self.group.iter().copied().zip(mix.map(u64::from));
        let mix = self.search.named(mix);
        self.search.push(DeniedMix { mix, order, reason })
    }

    /// Appends the requests that lead to a state of a mix, last one first.
    fn way(&mut self, mut mix: Mix, mut state: StateId, steps: &mut Vec<usize>) {
        while let Some((axis, before, from)) = self.previous(mix, state, steps.last().copied()) {
            steps.push(axis);
            (mix, state) = (before, from);
        }
    }

    /// Returns a request that leads to a state of a mix; one of the feature `like` if possible.
    fn previous(&mut self, mix: Mix, state: StateId, like: Option<usize>) -> Option<(usize, Mix, StateId)> {
        let mut axes: Vec<usize> = (0..self.group.len()).collect();
        axes.sort_by_key(|axis| Some(*axis) != like);
        for axis in axes {
            let Some((before, index)) = less(mix, axis).zip(self.group.get(axis).copied()) else { continue };
            let feature = self.search.features.get(index)?;
            let cell = self.cells.get(&before)?.clone();
            let from = cell
                .iter()
                .find(|from| self.search.play.step(**from, index, feature) == Step::Granted(state));
            if let Some(from) = from {
                return Some((axis, before, *from));
            }
        }
        None
    }
}

/// The mix with one less checkout of a feature; `None` if there is none.
fn less(mut mix: Mix, axis: usize) -> Option<Mix> {
    let times = mix.get_mut(axis)?;
    *times = times.checked_sub(1)?;
    Some(mix)
}
