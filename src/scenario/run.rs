//! Runs scenarios: tables first, then steps, each scenario on a new state.
//!
//! Deterministic: the same file and licenses have the same result. The number of requests and the work are bounded.

use std::collections::{BTreeSet, HashMap, VecDeque};

use keywright_resolve::{
    CoveragePoint, Event, Failure, Interner, Model, Outcome, Reason, Request, Requester, State, Ticket,
};
use keywright_syntax::diagnostic::nearest;
use keywright_syntax::effort;
use keywright_syntax::source::{Span, Spanned};

use super::model::{Change, Level, Person, Scenario, ScenarioFile};
use super::pools;
use super::result::{Check, RowResult, Rows, ScenarioResult};
use super::short_text::ShortText;
use super::update;

pub use keywright_syntax::limits::{MAX_FILE_WORK, MAX_REQUESTS, MAX_WORK};

/// Runs the scenarios of a file that `wanted` selects by name.
pub fn run(
    file: &ScenarioFile,
    model: &Model,
    wanted: impl Fn(&str) -> bool,
    rows: Rows,
) -> Vec<ScenarioResult> {
    let chosen = file.scenarios.iter().filter(|scenario| wanted(&scenario.name.value));
    let mut left = MAX_FILE_WORK;
    chosen.map(|scenario| play(file, model, scenario, rows, &mut left, None)).collect()
}

/// Runs the scenarios like [`run`] and also returns the coverage points they hit.
pub fn observe(
    file: &ScenarioFile,
    model: &Model,
    wanted: impl Fn(&str) -> bool,
    rows: Rows,
) -> (Vec<ScenarioResult>, BTreeSet<CoveragePoint>) {
    let chosen = file.scenarios.iter().filter(|scenario| wanted(&scenario.name.value));
    let mut left = MAX_FILE_WORK;
    let mut seen = BTreeSet::new();
    let results = chosen.map(|scenario| play(file, model, scenario, rows, &mut left, Some(&mut seen)));
    let results = results.collect();
    (results, seen)
}

/// Returns true if these scenarios of a file pass. Stops at the first one that fails.
pub(super) fn all_pass<'a>(
    file: &ScenarioFile,
    model: &Model,
    mut scenarios: impl Iterator<Item = &'a Scenario>,
) -> bool {
    let mut left = MAX_FILE_WORK;
    scenarios.all(|scenario| play(file, model, scenario, Rows::Failed, &mut left, None).passed())
}

fn play(
    file: &ScenarioFile,
    model: &Model,
    scenario: &Scenario,
    rows: Rows,
    left: &mut u64,
    seen: Option<&mut BTreeSet<CoveragePoint>>,
) -> ScenarioResult {
    effort::spend(1);
    let mut state = State::new(model, file.beginning(scenario));
    if seen.is_some() {
        state.observe();
    }
    state.limit_active_tokens(scenario.active_tokens);
    let mut runner = ScenarioRunner::new(file, model, state, MAX_WORK.min(*left));
    let mut results = runner.table(scenario);
    results.retain(|row| rows.includes(row));
    results.extend(scenario.steps.iter().map(|step| runner.step(step)).filter(|row| rows.includes(row)));
    *left = left.saturating_sub(runner.state.work() + runner.requests + 1);
    if let (Some(seen), Some(points)) = (seen, runner.state.covered_points()) {
        seen.extend(points);
    }
    let statements = if model.has_meters() { model.statements(&runner.state) } else { Vec::new() };
    ScenarioResult { name: scenario.name.value.clone(), span: scenario.name.span, rows: results, statements }
}

pub(super) struct ScenarioRunner<'a> {
    pub(super) file: &'a ScenarioFile,
    pub(super) model: &'a Model,
    pub(super) state: State,
    pub(super) symbols: Interner,
    /// Checkouts by their `id` in the scenario, oldest first.
    pub(super) ids: HashMap<ShortText, VecDeque<Ticket>>,
    strangers: u64,
    requests: u64,
    /// Maximum work; further steps do not run.
    limit: u64,
    /// True if the last step exceeded a SOFTLIMIT.
    pub(super) warned: bool,
}

/// The results of several equal requests.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) granted: u64,
    pub(super) warned: bool,
    pub(super) tickets: Vec<Ticket>,
    /// Reasons of denials, with the number of each.
    pub(super) denied: Vec<(Reason, u64)>,
    pub(super) failed: Option<Failure>,
    pub(super) reason: Vec<String>,
}

impl Tally {
    /// Formats the results: `granted`, `denied: …`, or the number of each.
    pub(super) fn summary(&self) -> String {
        let mut parts = Vec::new();
        let sorts = usize::from(self.granted > 0) + self.denied.len() + usize::from(self.failed.is_some());
        if self.granted > 0 {
            parts.push(if sorts == 1 { "granted".to_owned() } else { format!("{} granted", self.granted) });
        }
        for (reason, times) in &self.denied {
            let word = reason.as_str();
            parts.push(if sorts == 1 {
                format!("denied: {word}")
            } else {
                format!("{times} denied: {word}")
            });
        }
        parts.extend(self.failed.map(|failure| failure.as_str().to_owned()));
        parts.join(", ")
    }
}

impl<'a> ScenarioRunner<'a> {
    pub(super) fn new(file: &'a ScenarioFile, model: &'a Model, state: State, limit: u64) -> Self {
        Self {
            file,
            model,
            state,
            symbols: Interner::default(),
            ids: HashMap::new(),
            strangers: 0,
            requests: 0,
            limit,
            warned: false,
        }
    }
}

impl ScenarioRunner<'_> {
    /// Permits this much further work.
    pub(super) fn allow(&mut self, work: u64) {
        self.limit = self.state.work().saturating_add(work);
        self.requests = 0;
    }

    /// The requester as the resolver identifies it; without a person, a new anonymous one or none.
    pub(super) fn who(&mut self, by: Option<&Person>, custom: Option<&str>, stranger: bool) -> Requester {
        let custom = custom.map(|text| self.symbols.symbol(text));
        let Some(by) = by else {
            return if stranger {
                self.stranger(custom)
            } else {
                Requester { custom, ..Requester::default() }
            };
        };
        let mut part = |text: Option<&str>| text.map(|text| self.symbols.symbol(text));
        Requester { user: part(by.user()), host: part(by.host()), custom }
    }

    fn stranger(&mut self, custom: Option<keywright_resolve::Symbol>) -> Requester {
        self.strangers += 1;
        let symbol = self.symbols.fresh(&format!("person {}", self.strangers));
        Requester { user: Some(symbol), host: Some(symbol), custom: custom.or(Some(symbol)) }
    }

    /// The device as the resolver identifies it; without a name, a new one.
    pub(super) fn device(&mut self, name: Option<&str>) -> keywright_resolve::Symbol {
        let Some(name) = name else {
            self.strangers += 1;
            return self.symbols.fresh(&format!("device {}", self.strangers));
        };
        self.symbols.symbol(name)
    }

    /// Applies an event a number of times; `event` creates each. A denial with another reason than `expected` is
    /// explained.
    pub(super) fn repeat(
        &mut self,
        times: u64,
        expected: Option<Reason>,
        mut event: impl FnMut(&mut Self) -> Result<Event, Failure>,
    ) -> Tally {
        let mut tally = Tally::default();
        for _ in 0..times {
            self.requests += 1;
            if self.requests > MAX_REQUESTS || self.is_spent() {
                tally.failed = Some(Failure::Budget);
                break;
            }
            let outcome = match event(self) {
                Ok(event) => (self.model.apply(&mut self.state, &event), Some(event)),
                Err(failure) => (Outcome::Failed(failure), None),
            };
            match outcome {
                (Outcome::Granted(grant), _) => {
                    tally.granted += 1;
                    tally.warned |= !grant.above_softlimit.is_empty();
                    tally.tickets.extend(grant.ticket);
                }
                (Outcome::Denied(reason), event) => {
                    let event = event.filter(|_| expected != Some(reason));
                    self.note_denial(&mut tally, reason, event);
                }
                (Outcome::Failed(failure), _) => {
                    tally.failed = Some(failure);
                    break;
                }
            }
        }
        tally
    }

    /// Returns true if the maximum work is used up.
    pub(super) fn is_spent(&self) -> bool {
        self.state.work() >= self.limit
    }

    /// Returns an explanation if no license has this feature.
    pub(super) fn unknown(&self, feature: &str) -> Option<Vec<String>> {
        if self.model.name(feature).is_some() {
            return None;
        }
        let help = nearest(feature, self.model.names().map(|(_, text)| text));
        let help = help.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Some(vec![format!("unknown feature `{feature}`{help}")])
    }

    /// Counts a denial. The first unexpected one is explained.
    fn note_denial(&mut self, tally: &mut Tally, reason: Reason, event: Option<Event>) {
        if tally.reason.is_empty()
            && tally.denied.iter().all(|(known, _)| *known != reason)
            && !self.is_spent()
            && let Some(explanation) = event.and_then(|event| self.model.explain(&mut self.state, &event))
        {
            tally.reason = explanation.lines(self.model, &self.symbols);
        }
        match tally.denied.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, times)) => *times += 1,
            None => tally.denied.push((reason, 1)),
        }
    }

    /// Compares a change of usage with the expected one.
    pub(super) fn check_change(
        &mut self,
        what: &'static str,
        expected: &Spanned<Change>,
        changes: &[(keywright_resolve::BlockId, i128)],
    ) -> Check {
        let (actual, edits) = match &expected.value {
            Change::Sum(sum) => {
                let actual: i128 = changes.iter().map(|(_, change)| change).sum();
                let edits = if actual == *sum { Vec::new() } else { update::value(expected.span, actual) };
                (actual.to_string(), edits)
            }
            Change::Pools(named) => {
                let cost: u64 = named.iter().map(|(pool, _)| pools::weight(self.model, &pool.value)).sum();
                self.state.spend(cost);
                let (amounts, others) = pools::by_pool(self.model, named, changes);
                let mut entries: Vec<(&str, i128)> =
                    named.iter().map(|(pool, _)| pool.value.as_str()).zip(amounts.iter().copied()).collect();
                entries.extend(others.iter().map(|(pool, change)| (pool.as_str(), *change)));
                let edits = update::pools(&self.file.source, expected.span, named, &amounts, &others);
                (pools::entries_text(&entries), edits)
            }
        };
        Check { what, span: expected.span, expected: pools::change_text(&expected.value), actual, edits }
    }

    /// Compares a number with the expected one.
    pub(super) fn check_number(what: &'static str, expected: Spanned<u64>, actual: u64) -> Check {
        Check {
            what,
            span: expected.span,
            expected: expected.value.to_string(),
            actual: actual.to_string(),
            edits: if expected.value == actual { Vec::new() } else { update::value(expected.span, actual) },
        }
    }

    /// Compares the amount of a pool with the expected one.
    pub(super) fn check_level(
        &mut self,
        what: &'static str,
        gauge: super::model::Gauge,
        pool: &str,
        expected: &Spanned<Level>,
    ) -> Check {
        self.state.spend(8 * pools::weight(self.model, pool));
        let actual = pools::level(self.model, &self.state, pool, gauge, expected.value);
        let same = match (actual, expected.value) {
            (Level::Money(actual), Level::Money(expected)) => actual == expected,
            (actual, expected) => actual == expected,
        };
        let written = self.file.source.slice(expected.span).to_owned();
        let shown = if same { written.clone() } else { level_text(actual, &written) };
        Check {
            what,
            span: expected.span,
            edits: if same { Vec::new() } else { update::value(expected.span, &shown) },
            expected: format!("{pool} {written}"),
            actual: format!("{pool} {shown}"),
        }
    }

    /// Returns the licenses that one checkout takes on an empty state.
    pub(super) fn cost_on_empty(
        &mut self,
        empty: &mut State,
        request: &Request,
    ) -> Result<Changes, Vec<String>> {
        let before = empty.work();
        let cost = self.model.cost(empty, request);
        self.state.spend(1 + empty.work() - before);
        match cost {
            Ok(cost) => Ok(cost.into_iter().map(|(block, amount)| (block, i128::from(amount))).collect()),
            Err(Outcome::Failed(failure)) => Err(vec![failure.as_str().to_owned()]),
            Err(_) => {
                let explanation = self.model.explain(empty, &Event::Checkout(*request));
                Err(explanation.map(|it| it.lines(self.model, &self.symbols)).unwrap_or_default())
            }
        }
    }
}

/// Changes of usage by block.
pub(super) type Changes = Vec<(keywright_resolve::BlockId, i128)>;

fn level_text(level: Level, like: &str) -> String {
    match level {
        Level::Number(number) => number.to_string(),
        Level::Unlimited => "unlimited".to_owned(),
        Level::Money(amount) => {
            let currency = like.rsplit(' ').next().unwrap_or_default().trim_end_matches(['"', '\'']);
            format!("{amount} {currency}")
        }
    }
}

/// Creates the result of a row, without comparisons.
pub(super) fn row(span: Span, text: String) -> RowResult {
    RowResult {
        span,
        text,
        checks: Vec::new(),
        granted: 0,
        denied: 0,
        denied_for: None,
        failure: None,
        reason: Vec::new(),
    }
}

/// The comparison of a row that did not run because the maximum work is used up.
pub(super) fn out_of_budget(span: Span) -> Check {
    let actual = Failure::Budget.as_str().to_owned();
    Check { what: "", span, expected: "granted".to_owned(), actual, edits: Vec::new() }
}
