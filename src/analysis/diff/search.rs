//! Searches for a sequence of requests that the old set grants and the new set denies: all short sequences by different
//! people first, so that the example is short, then random ones with returns, later days, and people who share.

use std::collections::{HashSet, VecDeque};

use jiff::civil::Date;

use keywright_license::Version;
use keywright_resolve::{
    BlockId, Event, Interner, Model, Outcome, Reason, Request, Requester, State, Symbol, Ticket,
};

use super::change::LicenseSet;
use super::components::Component;
use super::example::{DrawChange, Example, ExampleStep};

/// Maximum numbers of the search.
const MOST_NODES: usize = 3_000;
const LONGEST: usize = 6;
const MOST_NAMES: usize = 16;
const MOST_DAYS: usize = 12;
const RANDOM_RUNS: u64 = 600;
const RANDOM_STEPS: usize = 12;

/// A larger count is not searched.
const MOST_COUNT: u64 = 1 << 40;

/// The two models, and the people of the requests.
struct Duel<'m> {
    old: &'m Model,
    new: &'m Model,
    people: Vec<Symbol>,
}

/// The states of both servers, and the tickets of the steps.
#[derive(Clone)]
struct Both {
    old: State,
    new: State,
    tickets: Vec<Option<(Ticket, Ticket)>>,
}

/// The result of a step.
enum Move {
    /// Both sets grant it.
    Granted,
    /// The new set denies it.
    Lost(Reason),
    /// The old set does not grant it, or a bound was reached.
    Void,
}

/// Returns a short sequence that is lost; `None` if none was found.
pub(super) fn find(
    old: LicenseSet<'_>,
    new: LicenseSet<'_>,
    names: &Component,
    days: &[Date],
) -> Option<Example> {
    let mut interner = Interner::default();
    let people = (0..64).map(|_| interner.fresh("person")).collect();
    let duel = Duel { old: old.model, new: new.model, people };
    let days = days.get(..MOST_DAYS).unwrap_or(days);
    let found = days.iter().find_map(|day| duel.short(&duel.requests(names, *day), *day));
    let (first, example) = found.or_else(|| duel.random(names, days))?;
    Some(duel.shortened(first, example))
}

impl Duel<'_> {
    /// The requests to try on a day: one license, and as many as the old set grants at once, in any version and in the
    /// highest one.
    fn requests(&self, names: &Component, day: Date) -> Vec<ExampleStep> {
        let mut found: Vec<&String> = names.iter().filter(|name| self.old.name(name).is_some()).collect();
        let is_pool = |name: &String| {
            let blocks = self.old.name(name).map(|id| self.old.blocks_of(id)).unwrap_or_default();
            !blocks.iter().any(|block| self.old.kind(*block) == keywright_license::Kind::Token)
        };
        found.sort_by_key(|name| is_pool(name));
        found.truncate(MOST_NAMES);
        let mut requests = Vec::new();
        for name in found {
            let Some(id) = self.old.name(name) else { continue };
            if self.old.is_activated(id) {
                requests.push(ExampleStep::Activate { feature: name.clone(), device: 0 });
                continue;
            }
            let versions = self.old.serving_name(id, day).into_iter().map(|block| self.old.version_of(block));
            let highest = versions.max().filter(|version| *version > Version::DEFAULT);
            for version in [None, highest].into_iter().take(if highest.is_some() { 2 } else { 1 }) {
                let most = self.most(name, version, day);
                let mut counts = vec![1, most, most / 2 + 1];
                counts.retain(|count| *count >= 1 && *count <= most);
                counts.sort_unstable();
                counts.dedup();
                let step =
                    |count| ExampleStep::Checkout { feature: name.clone(), count, version, by: (0, 0) };
                requests.extend(counts.into_iter().map(step));
            }
        }
        requests
    }

    /// The most licenses that the old set grants to one request; 1 without a small limit.
    fn most(&self, name: &str, version: Option<Version>, day: Date) -> u64 {
        let mut state = State::new(self.old, day.at(0, 0, 0, 0));
        let who = self.person((60, 61));
        let mut grants = |count| {
            let request = Request { count, version, who, ..Request::one(self.old.name(name)) };
            self.old.cost(&mut state, &request).is_ok()
        };
        if !grants(1) {
            return 0;
        }
        let (mut good, mut bad) = (1, MOST_COUNT);
        if grants(bad) {
            return 1;
        }
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if grants(middle) { good = middle } else { bad = middle }
        }
        good
    }

    fn person(&self, (user, host): (u32, u32)) -> Requester {
        let symbol = |number: u32| self.people.get(number as usize % self.people.len().max(1)).copied();
        Requester { user: symbol(user), host: symbol(host), custom: symbol(user) }
    }

    fn start(&self, day: Date) -> Both {
        let now = day.at(0, 0, 0, 0);
        Both { old: State::new(self.old, now), new: State::new(self.new, now), tickets: Vec::new() }
    }

    /// Applies a step to both states.
    fn apply(&self, both: &mut Both, step: &ExampleStep) -> Move {
        let event = |model: &Model, ticket: Option<Ticket>| match step {
            ExampleStep::Checkout { feature, count, version, by } => Some(Event::Checkout(Request {
                feature: model.name(feature),
                count: *count,
                version: *version,
                who: self.person(*by),
            })),
            ExampleStep::Activate { feature, device } => Some(Event::Activate {
                feature: model.name(feature),
                device: *self.people.get(*device as usize % self.people.len().max(1))?,
            }),
            ExampleStep::Return(_) => ticket.map(Event::Return),
            ExampleStep::Advance(day) => Some(Event::Advance(day.at(0, 0, 0, 0))),
        };
        let tickets = match step {
            ExampleStep::Return(at) => both.tickets.get_mut(*at).and_then(Option::take),
            _ => None,
        };
        let (one, other) = (tickets.map(|tickets| tickets.0), tickets.map(|tickets| tickets.1));
        let (Some(before), Some(after)) = (event(self.old, one), event(self.new, other)) else {
            return Move::Void;
        };
        let Outcome::Granted(old) = self.old.apply(&mut both.old, &before) else { return Move::Void };
        match self.new.apply(&mut both.new, &after) {
            Outcome::Granted(new) => {
                both.tickets.push(old.ticket.zip(new.ticket));
                Move::Granted
            }
            Outcome::Denied(reason) => Move::Lost(reason),
            Outcome::Failed(_) => Move::Void,
        }
    }

    /// Tries all short sequences of requests by different people on one day.
    fn short(&self, requests: &[ExampleStep], day: Date) -> Option<(Date, Example)> {
        let mut queue: VecDeque<(Both, Vec<ExampleStep>)> = VecDeque::from([(self.start(day), Vec::new())]);
        let mut seen: HashSet<(Vec<u64>, Vec<u64>)> = HashSet::new();
        let mut nodes = 0;
        while let Some((both, steps)) = queue.pop_front() {
            for request in requests {
                let step = by_stranger(request, steps.len());
                let mut next = both.clone();
                let mut more = steps.clone();
                more.push(step.clone());
                nodes += 1;
                match self.apply(&mut next, &step) {
                    Move::Lost(reason) => {
                        return Some((day, Example { steps: more, reason, draws: Vec::new() }));
                    }
                    Move::Void => continue,
                    Move::Granted if more.len() >= LONGEST || nodes > MOST_NODES => {}
                    Move::Granted => {
                        let mut keys = (next.old.clone(), next.new.clone());
                        keys.0.forget_people(None);
                        keys.1.forget_people(None);
                        if seen.insert((keys.0.usage_key(self.old), keys.1.usage_key(self.new))) {
                            queue.push_back((next, more));
                        }
                    }
                }
                if nodes > MOST_NODES {
                    return None;
                }
            }
        }
        None
    }

    /// Tries random sequences.
    fn random(&self, names: &Component, days: &[Date]) -> Option<(Date, Example)> {
        let mut random = Sequence(0x2545_f491_4f6c_dd1d);
        let requests: Vec<Vec<ExampleStep>> = days.iter().map(|day| self.requests(names, *day)).collect();
        for _ in 0..RANDOM_RUNS {
            let mut at = random.below(days.len() as u64);
            let day = *days.get(at)?;
            let mut both = self.start(day);
            let mut steps: Vec<ExampleStep> = Vec::new();
            for _ in 0..RANDOM_STEPS {
                let live: Vec<usize> = both
                    .tickets
                    .iter()
                    .enumerate()
                    .filter(|(_, ticket)| ticket.is_some())
                    .map(|(at, _)| at)
                    .collect();
                let choice = random.below(10);
                let step = if choice == 0 && at + 1 < days.len() {
                    at += 1;
                    ExampleStep::Advance(*days.get(at)?)
                } else if choice < 4 && !live.is_empty() {
                    ExampleStep::Return(*live.get(random.below(live.len() as u64))?)
                } else {
                    let today = requests.get(at)?;
                    let Some(request) = today.get(random.below(today.len().max(1) as u64)) else { break };
                    self.varied(request, &mut random)
                };
                let mut next = both.clone();
                match self.apply(&mut next, &step) {
                    Move::Granted => {
                        steps.push(step);
                        both = next;
                    }
                    Move::Lost(reason) => {
                        steps.push(step);
                        return Some((day, Example { steps, reason, draws: Vec::new() }));
                    }
                    Move::Void => {}
                }
            }
        }
        None
    }

    /// A request with a random count, by one of a few people.
    fn varied(&self, request: &ExampleStep, random: &mut Sequence) -> ExampleStep {
        let mut number = |bound| u32::try_from(random.below(bound)).unwrap_or(0);
        match request {
            ExampleStep::Checkout { feature, count, version, .. } => {
                let by = (number(5), number(3));
                let count = 1 + u64::from(number((*count).min(1 << 31)));
                ExampleStep::Checkout { feature: feature.clone(), count, version: *version, by }
            }
            ExampleStep::Activate { feature, .. } => {
                ExampleStep::Activate { feature: feature.clone(), device: number(40) }
            }
            other => other.clone(),
        }
    }

    /// Omits steps that the example does not need.
    fn shortened(&self, day: Date, example: Example) -> Example {
        let mut best = example;
        let mut at = 0;
        while at + 1 < best.steps.len() {
            match self.without(day, &best, at) {
                Some(shorter) => best = shorter,
                None => at += 1,
            }
        }
        best.draws = self.draws(day, &best.steps);
        best.steps.insert(0, ExampleStep::Advance(day));
        for step in &mut best.steps {
            if let ExampleStep::Return(at) = step {
                *at += 1;
            }
        }
        best
    }

    /// Returns the checkouts that draw other licenses in the new set.
    fn draws(&self, day: Date, steps: &[ExampleStep]) -> Vec<DrawChange> {
        let mut both = self.start(day);
        let mut found = Vec::new();
        let text = |model: &Model, draws: Vec<(BlockId, u64)>| {
            let parts = draws
                .into_iter()
                .map(|(block, amount)| format!("{amount} {}", model.name_text(model.name_of(block))));
            parts.collect::<Vec<_>>().join(" + ")
        };
        for step in steps {
            if !matches!(self.apply(&mut both, step), Move::Granted) {
                break;
            }
            let Some((one, other)) = both.tickets.last().copied().flatten() else { continue };
            let old = text(self.old, both.old.draws(one));
            let new = text(self.new, both.new.draws(other));
            if let ExampleStep::Checkout { feature, count, .. } = step
                && old != new
            {
                found.push(DrawChange { checkout: format!("{count} {feature}"), old, new });
            }
        }
        found
    }

    fn without(&self, day: Date, example: &Example, left_out: usize) -> Option<Example> {
        let mut steps = Vec::new();
        for (at, step) in example.steps.iter().enumerate().filter(|(at, _)| *at != left_out) {
            let _ = at;
            steps.push(match step {
                ExampleStep::Return(of) if *of == left_out => return None,
                ExampleStep::Return(of) if *of > left_out => ExampleStep::Return(of - 1),
                other => other.clone(),
            });
        }
        let mut both = self.start(day);
        for (at, step) in steps.iter().enumerate() {
            match self.apply(&mut both, step) {
                Move::Granted => {}
                Move::Void => return None,
                Move::Lost(reason) => {
                    steps.truncate(at + 1);
                    return Some(Example { steps, reason, draws: Vec::new() });
                }
            }
        }
        None
    }
}

/// The request by a user on a host that no earlier step has.
fn by_stranger(request: &ExampleStep, at: usize) -> ExampleStep {
    let number = u32::try_from(at).unwrap_or(u32::MAX);
    match request {
        ExampleStep::Checkout { feature, count, version, .. } => ExampleStep::Checkout {
            feature: feature.clone(),
            count: *count,
            version: *version,
            by: (number, number),
        },
        ExampleStep::Activate { feature, .. } => {
            ExampleStep::Activate { feature: feature.clone(), device: number }
        }
        other => other.clone(),
    }
}

/// A fixed sequence of numbers, so that the result is the same each time.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, bound: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound.max(1)).unwrap_or(0)
    }
}
