//! Runs the steps of a scenario.

use jiff::civil::DateTime;

use keywright_resolve::{Event, Failure, Outcome, Reason, Request};
use keywright_syntax::source::SourceFile;

use super::model::{Ask, Expectation, Person, Step, Verb, When};
use super::result::{Check, RowResult};
use super::run::{ScenarioRunner, Tally, out_of_budget, row};
use super::update;

impl ScenarioRunner<'_> {
    pub(super) fn step(&mut self, step: &Step) -> RowResult {
        let mut result = row(step.span, text(step));
        if self.is_spent() {
            result.checks.push(out_of_budget(step.span));
            return result;
        }
        if let Some(at) = step.at
            && let Outcome::Failed(failure) = self.model.apply(&mut self.state, &Event::Advance(at))
        {
            result.checks.push(failure_check(step, failure));
            return result;
        }
        if let Verb::Expect(all) = &step.verb {
            result.checks = all.iter().map(|expectation| self.expectation(expectation)).collect();
            return result;
        }
        self.state.watch();
        let tally = self.act(step);
        self.warned = tally.warned;
        (result.granted, result.failure) = (tally.granted, tally.failed);
        result.denied = tally.denied.iter().map(|(_, times)| times).sum();
        result.denied_for = tally.denied.first().map(|(reason, _)| *reason);
        let changes = self.state.changes();
        result.checks.push(granted_check(&self.file.source, step, &tally));
        if let Some(consumes) = &step.consumes {
            result.checks.push(self.check_change("consumes", consumes, &changes));
        }
        if let Some(warns) = step.warns {
            let edits = if warns.value == tally.warned {
                Vec::new()
            } else {
                update::value(warns.span, tally.warned)
            };
            result.checks.push(Check {
                what: "warns",
                span: warns.span,
                expected: warns.value.to_string(),
                actual: tally.warned.to_string(),
                edits,
            });
        }
        // A file may have 100,000 steps: the room for more comparisons is given back.
        result.checks.shrink_to_fit();
        if !result.passed() {
            result.reason = step.verb.feature().and_then(|name| self.unknown(name)).unwrap_or(tally.reason);
        }
        result
    }

    fn expectation(&mut self, expectation: &Expectation) -> Check {
        let Expectation { gauge, pool, level } = expectation;
        self.check_level(gauge.as_str(), *gauge, &pool.value, level)
    }

    fn act(&mut self, step: &Step) -> Tally {
        let denied = step.denied.map(|denied| denied.value);
        match &step.verb {
            Verb::Checkout { ask, id } => {
                let mut tally =
                    self.repeat(step.times, denied, |runner| Ok(Event::Checkout(runner.request(ask))));
                if let Some(id) = id {
                    self.ids.entry(id.clone()).or_default().extend(tally.tickets.drain(..));
                }
                tally
            }
            Verb::Borrow { ask, hours } => {
                self.repeat(step.times, denied, |runner| Ok(Event::Borrow(runner.request(ask), *hours)))
            }
            Verb::Checkin { feature, by, custom, id } => match id {
                Some(id) => self.repeat(step.times, denied, |runner| runner.return_named(id)),
                None => self.checkin(step.times, feature, by.as_ref(), custom.as_deref()),
            },
            Verb::Activate { feature, device } => {
                let feature = self.model.name(feature);
                self.repeat(step.times, denied, |runner| {
                    Ok(Event::Activate { feature, device: runner.device(device.as_deref()) })
                })
            }
            Verb::Deactivate { feature, device } => {
                let feature = self.model.name(feature);
                let device = self.symbols.symbol(device);
                self.repeat(1, denied, |_| Ok(Event::Deactivate { feature, device }))
            }
            Verb::Consume { feature, units } => {
                let feature = self.model.name(feature);
                self.repeat(step.times, denied, |_| Ok(Event::Consume { feature, units: *units }))
            }
            Verb::Advance(when) => {
                let when = *when;
                self.repeat(1, denied, |runner| {
                    runner.moment(when).map(Event::Advance).ok_or(Failure::EndOfTime)
                })
            }
            Verb::Expect(_) => Tally::default(),
        }
    }

    fn request(&mut self, ask: &Ask) -> Request {
        Request {
            feature: self.model.name(&ask.feature),
            count: ask.count,
            version: ask.version,
            who: self.who(ask.by.as_ref(), ask.custom.as_deref(), false),
        }
    }

    /// Returns the event for the oldest live checkout with this `id`. Some may have been returned in another way.
    fn return_named(&mut self, id: &str) -> Result<Event, Failure> {
        let tickets = self.ids.get_mut(id).ok_or(Failure::NothingToReturn)?;
        while let Some(ticket) = tickets.pop_front() {
            if self.state.is_live(ticket) {
                return Ok(Event::Return(ticket));
            }
        }
        Err(Failure::NothingToReturn)
    }

    fn checkin(&mut self, times: u64, feature: &str, by: Option<&Person>, custom: Option<&str>) -> Tally {
        let feature = self.model.name(feature);
        let person = by.map(|by| self.who(Some(by), None, false));
        let custom = custom.map(|text| self.symbols.symbol(text));
        self.repeat(times, None, |_| Ok(Event::Checkin { feature, person, custom }))
    }

    fn moment(&self, when: When) -> Option<DateTime> {
        match when {
            When::Moment(moment) => Some(moment),
            When::Later(span) => self.state.now().checked_add(span).ok(),
        }
    }
}

/// Compares the outcome of all requests with the expected one.
fn granted_check(source: &SourceFile, step: &Step, tally: &Tally) -> Check {
    let actual = tally.summary();
    let can_be_denied = !matches!(
        step.verb,
        Verb::Checkin { .. } | Verb::Deactivate { .. } | Verb::Advance(_) | Verb::Expect(_)
    );
    let Some(denied) = step.denied else {
        let edits = match tally.denied.as_slice() {
            [(reason, _)] if tally.granted == 0 && tally.failed.is_none() && can_be_denied => {
                update::add_denied(source, step.whole, step.span, reason.as_str())
            }
            _ => Vec::new(),
        };
        return Check { what: "", span: step.span, expected: "granted".to_owned(), actual, edits };
    };
    let edits = match tally.denied.as_slice() {
        [(reason, _)] if *reason != denied.value && tally.granted == 0 => {
            update::value(denied.span, reason.as_str())
        }
        [] if tally.granted > 0 && tally.failed.is_none() => {
            update::remove_denied(source, step.whole, denied.span)
        }
        _ => Vec::new(),
    };
    Check { what: "", span: denied.span, expected: denial_text(denied.value), actual, edits }
}

fn denial_text(reason: Reason) -> String {
    format!("denied: {}", reason.as_str())
}

fn failure_check(step: &Step, failure: Failure) -> Check {
    let expected = step.denied.map_or_else(|| "granted".to_owned(), |denied| denial_text(denied.value));
    Check { what: "", span: step.span, expected, actual: failure.as_str().to_owned(), edits: Vec::new() }
}

/// A short description of a step.
pub(super) fn text(step: &Step) -> String {
    let times = if step.times > 1 { format!(" × {}", step.times) } else { String::new() };
    let by = |person: &Option<Person>| {
        person.as_ref().map(|by| format!(" by {}", person_text(by))).unwrap_or_default()
    };
    let request = |ask: &Ask| {
        let count = if ask.count > 1 { format!("{} ", ask.count) } else { String::new() };
        format!("{count}{}{times}{}", ask.feature, by(&ask.by))
    };
    match &step.verb {
        Verb::Checkout { ask, .. } => format!("checkout {}", request(ask)),
        Verb::Borrow { ask, hours } => format!("borrow {} for {hours} hours", request(ask)),
        Verb::Checkin { feature, by: person, id, .. } => {
            let id = id.as_ref().map(|id| format!(" {id}")).unwrap_or_default();
            format!("checkin {feature}{id}{times}{}", by(person))
        }
        Verb::Activate { feature, device } => {
            let on = device.as_ref().map(|device| format!(" on {device}")).unwrap_or_default();
            format!("activate {feature}{times}{on}")
        }
        Verb::Deactivate { feature, device } => format!("deactivate {feature} on {device}"),
        Verb::Consume { feature, units } => format!("consume {units} {feature}{times}"),
        Verb::Advance(When::Moment(moment)) => format!("advance to {}", moment_text(*moment)),
        Verb::Advance(When::Later(span)) => format!("advance by {}", span_text(span)),
        Verb::Expect(_) => "expect".to_owned(),
    }
}

fn person_text(by: &Person) -> String {
    match (by.user(), by.host()) {
        (Some(user), Some(host)) => format!("{user}@{host}"),
        (Some(user), None) => user.to_owned(),
        (None, host) => format!("@{}", host.unwrap_or_default()),
    }
}

fn moment_text(moment: DateTime) -> String {
    if moment.time() == jiff::civil::Time::midnight() {
        moment.date().to_string()
    } else {
        moment.to_string()
    }
}

fn span_text(span: &jiff::Span) -> String {
    let parts = [
        (i64::from(span.get_years()), "years"),
        (span.get_months().into(), "months"),
        (span.get_weeks().into(), "weeks"),
        (span.get_days().into(), "days"),
        (span.get_hours().into(), "hours"),
        (span.get_minutes(), "minutes"),
        (span.get_seconds(), "seconds"),
    ];
    let found = parts.iter().find(|(amount, _)| *amount != 0);
    found.map_or_else(|| "nothing".to_owned(), |(amount, unit)| format!("{amount} {unit}"))
}
