//! Compares which feature mixes two versions of a license can run, using the resolver.

use jiff::civil::Date;

use keywright_license::{Kind, License};
use keywright_resolve::{Event, Interner, Model, Outcome, Request, Requester, State, Usable};

use super::error::Fault;

/// Features and how many of each are in use at the same time.
pub type FeatureMix = Vec<(String, u64)>;

/// Placeholder count: as many as possible.
pub const ANY_NUMBER: u64 = 1 << 52;

/// DECISION: maximum number of mixes tried per license.
const MOST_MIXES: usize = 1000;

/// DECISION: maximum number of single checkouts tried where alternatives or sharing rule out arithmetic.
const MOST_STEPS: u64 = 10_000;

/// DECISION: maximum number of lost mixes reported per license, smallest first.
const MAX_REPORTED: usize = 3;

/// The way in which users take a feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Checkout,
    Activate,
    Consume,
}

/// A compiled license, ready for queries.
#[derive(Debug)]
pub struct Entitlements {
    model: Model,
    /// Features that users check out: all names except those that only tokens draw on.
    features: Vec<(String, Use)>,
    day: Date,
}

/// Returns the first day, not before `day`, on which every block of the license is in force.
#[must_use]
pub fn first_day(license: &License, day: Date) -> Date {
    let starts = license.features.iter().filter_map(|feature| feature.start.map(|start| start.value));
    starts.fold(day, Date::max)
}

/// Compiles a license to query what it can run on a day. Without a license nothing runs.
///
/// # Errors
/// Returns an error if the resolver rejects the license.
pub fn runs(license: Option<&License>, day: Date) -> Result<Entitlements, Fault> {
    let model = Model::compile(license).map_err(|error| Fault::new(error.message))?;
    let features = license.map(features).unwrap_or_default();
    Ok(Entitlements { model, features, day })
}

fn features(license: &License) -> Vec<(String, Use)> {
    let drawn_on = |name: &str| {
        let mut all = license.features.iter().flat_map(|feature| &feature.dependencies);
        all.any(|dependency| dependency.feature.value.as_str() == name)
    };
    let mut features: Vec<(String, Use)> = Vec::new();
    for feature in &license.features {
        let name = feature.name.value.as_str();
        let how = match feature.kind {
            Kind::Activation => Use::Activate,
            Kind::Metered => Use::Consume,
            Kind::Upgrade => continue,
            Kind::Token => Use::Checkout,
            _ if drawn_on(name) => continue,
            _ => Use::Checkout,
        };
        if !features.iter().any(|(known, _)| known == name) {
            features.push((name.to_owned(), how));
        }
    }
    features
}

/// A mix that can no longer run completely.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Regression {
    /// The mix that ran before.
    pub ran: FeatureMix,
    /// The part of it that runs now.
    pub now: FeatureMix,
}

/// Mixes that one license can run and another cannot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Regressions {
    /// The smallest lost mixes, each reduced to the features needed to reproduce the loss.
    pub losses: Vec<Regression>,
    /// Number of further lost mixes.
    pub more: usize,
    /// True if a limit stopped the search.
    pub bounded: bool,
}

/// Compares two licenses on the `wanted` mix or, if that is empty, on mixes that exhaust the first license.
#[must_use]
pub fn lost(before: &Entitlements, after: &Entitlements, wanted: &FeatureMix) -> Regressions {
    let mut trial = Comparison { before, after, bounded: false };
    let mixes = if wanted.is_empty() { trial.edge() } else { vec![wanted.clone()] };
    let mut losses: Vec<Regression> = Vec::new();
    for mix in mixes {
        let ran = trial.before(&mix);
        if let Some(loss) = trial.smallest_loss(ran, wanted.is_empty())
            && !losses.contains(&loss)
        {
            losses.push(loss);
        }
    }
    losses.sort_by_key(|loss| loss.ran.len());
    let more = losses.len().saturating_sub(MAX_REPORTED);
    losses.truncate(MAX_REPORTED);
    Regressions { losses, more, bounded: trial.bounded }
}

struct Comparison<'a> {
    before: &'a Entitlements,
    after: &'a Entitlements,
    bounded: bool,
}

impl Comparison<'_> {
    fn before(&mut self, mix: &FeatureMix) -> FeatureMix {
        let how = |name: &str| self.before.how(name);
        self.before.granted(mix, &how, &mut self.bounded)
    }

    fn after(&mut self, mix: &FeatureMix) -> FeatureMix {
        // Use each feature as the old license does, even if the new license changes its type.
        let how = |name: &str| self.before.how(name);
        self.after.granted(mix, &how, &mut self.bounded)
    }

    /// Returns the part of a mix that is lost. With `shrink`, the mix is first reduced to a minimal one that still
    /// loses something.
    fn smallest_loss(&mut self, ran: FeatureMix, shrink: bool) -> Option<Regression> {
        let mut ran: FeatureMix = ran.into_iter().filter(|(_, count)| *count > 0).collect();
        let mut now = self.after(&ran);
        if now == ran {
            return None;
        }
        let mut at = 0;
        while shrink && at < ran.len() && ran.len() > 1 {
            let mut less = ran.clone();
            less.remove(at);
            let then = self.after(&less);
            // Without this feature the rest must still run before and be lost now.
            if then != less && self.before(&less) == less {
                (ran, now) = (less, then);
            } else {
                at += 1;
            }
        }
        Some(Regression { ran, now })
    }

    /// Mixes that exhaust a license: a number of one feature, then as many as possible of the others, each of them
    /// first in turn.
    fn edge(&mut self) -> Vec<FeatureMix> {
        let names: Vec<String> = self.before.features.iter().map(|(name, _)| name.clone()).collect();
        let mut mixes: Vec<FeatureMix> = Vec::new();
        for first in &names {
            let alone = self.before(&vec![(first.clone(), ANY_NUMBER)]);
            let Some(most) = alone.first().map(|(_, count)| *count).filter(|count| *count > 0) else {
                continue;
            };
            mixes.push(alone);
            let mut counts = vec![most, most.saturating_sub(1), most / 2, 1];
            counts.retain(|count| *count > 0);
            counts.dedup();
            for count in counts {
                mixes.extend(fills(first, count, &names));
                if mixes.len() > MOST_MIXES {
                    self.bounded = true;
                    mixes.truncate(MOST_MIXES);
                    return mixes;
                }
            }
        }
        mixes
    }
}

/// Mixes with `count` of one feature, then as many as possible of the others, starting with each of them in turn.
fn fills(first: &str, count: u64, names: &[String]) -> Vec<FeatureMix> {
    let others: Vec<&String> = names.iter().filter(|name| *name != first).collect();
    let turn = |begin: usize| {
        let filled = others.iter().cycle().skip(begin).take(others.len());
        let filled = filled.map(|name| ((*name).clone(), ANY_NUMBER));
        std::iter::once((first.to_owned(), count)).chain(filled).collect()
    };
    (0..others.len()).map(turn).collect()
}

impl Entitlements {
    fn how(&self, name: &str) -> Use {
        self.features.iter().find(|(known, _)| known == name).map_or(Use::Checkout, |(_, how)| *how)
    }

    /// Returns how many of each feature are granted when the mix is started in order.
    fn granted(&self, mix: &FeatureMix, how: &dyn Fn(&str) -> Use, bounded: &mut bool) -> FeatureMix {
        let mut simulation = Simulation {
            model: &self.model,
            state: State::new(&self.model, self.day.at(0, 0, 0, 0)),
            people: Interner::default(),
            bounded,
        };
        let granted = mix.iter().map(|(feature, wanted)| {
            let count = match how(feature) {
                Use::Checkout => simulation.checkouts(feature, *wanted),
                Use::Activate => simulation.devices(feature, *wanted),
                Use::Consume => simulation.units(feature, *wanted),
            };
            (feature.clone(), count)
        });
        granted.collect()
    }
}

/// A license state that receives one request after the other.
struct Simulation<'a> {
    model: &'a Model,
    state: State,
    people: Interner,
    bounded: &'a mut bool,
}

impl Simulation<'_> {
    fn grants(&mut self, event: &Event) -> bool {
        matches!(self.model.apply(&mut self.state, event), Outcome::Granted(_))
    }

    fn request(&mut self, feature: &str, count: u64) -> Request {
        let someone = Some(self.people.fresh("user"));
        let who = Requester { user: someone, host: someone, custom: someone };
        Request { count, who, ..Request::one(self.model.name(feature)) }
    }

    /// Checkouts, each by a different user.
    fn checkouts(&mut self, feature: &str, wanted: u64) -> u64 {
        let one = self.request(feature, 1);
        let fit = match self.model.at_once(&self.state, &one) {
            Usable::Unlimited => wanted,
            Usable::Exactly(fit) => fit.min(wanted),
            Usable::AtLeast(fit) => {
                *self.bounded |= fit < wanted;
                fit.min(wanted)
            }
            // Devices are activated, not checked out.
            Usable::Devices(_) => 0,
            Usable::Undetermined => {
                *self.bounded = true;
                0
            }
        };
        if fit == 0 || self.takes_at_once(feature, fit) {
            return fit;
        }
        self.one_by_one(fit, |simulation| {
            let one = simulation.request(feature, 1);
            Event::Checkout(one)
        })
    }

    /// Checks out all in one step if that costs the same as single checkouts.
    fn takes_at_once(&mut self, feature: &str, count: u64) -> bool {
        let (one, many) = (self.request(feature, 1), self.request(feature, count));
        let one = self.model.cost(&mut self.state, &one);
        let all = self.model.cost(&mut self.state, &many);
        let same = match (one, all) {
            (Ok(one), Ok(all)) => {
                one.len() == all.len()
                    && one
                        .iter()
                        .zip(&all)
                        .all(|(one, all)| one.0 == all.0 && one.1.saturating_mul(count) == all.1)
            }
            _ => false,
        };
        same && self.grants(&Event::Checkout(many))
    }

    fn devices(&mut self, feature: &str, wanted: u64) -> u64 {
        let feature = self.model.name(feature);
        self.one_by_one(wanted, |simulation| Event::Activate {
            feature,
            device: simulation.people.fresh("device"),
        })
    }

    /// Returns how many of `wanted` events are granted one by one. Above the step limit, `wanted` is assumed to fit.
    fn one_by_one(&mut self, wanted: u64, event: impl Fn(&mut Self) -> Event) -> u64 {
        for count in 0..wanted.min(MOST_STEPS) {
            let event = event(self);
            if !self.grants(&event) {
                return count;
            }
        }
        *self.bounded |= wanted > MOST_STEPS;
        wanted.min(MOST_STEPS)
    }

    /// Returns the largest number of units that can be consumed.
    fn units(&mut self, feature: &str, wanted: u64) -> u64 {
        let feature = self.model.name(feature);
        let burns = |simulation: &Self, units: u64| {
            let mut state = simulation.state.clone();
            let event = Event::Consume { feature, units };
            units == 0 || matches!(simulation.model.apply(&mut state, &event), Outcome::Granted(_))
        };
        let (mut fits, mut fails) = (0, wanted + 1);
        if burns(self, wanted) {
            fits = wanted;
        }
        while fits < wanted && fits + 1 < fails {
            let middle = fits + (fails - fits) / 2;
            if burns(self, middle) { fits = middle } else { fails = middle }
        }
        if fits > 0 {
            self.grants(&Event::Consume { feature, units: fits });
        }
        fits
    }
}
