//! Runs the table of a scenario.

use std::collections::BTreeMap;

use keywright_resolve::{BlockId, Event, Request, State};

use super::model::{Gauge, Row, Scenario, Totals};
use super::result::{Check, RowResult};
use super::run::{Changes, ScenarioRunner, out_of_budget, row};

/// The totals of the rows.
#[derive(Default)]
struct Sum {
    checkouts: u64,
    changes: BTreeMap<BlockId, i128>,
}

impl ScenarioRunner<'_> {
    pub(super) fn table(&mut self, scenario: &Scenario) -> Vec<RowResult> {
        if scenario.table.is_empty() && scenario.totals.is_none() && scenario.remaining.is_empty() {
            return Vec::new();
        }
        let mut empty = self.state.clone();
        let mut sum = Sum::default();
        let mut rows: Vec<RowResult> =
            scenario.table.iter().map(|line| self.table_row(line, &mut empty, &mut sum)).collect();
        rows.extend(scenario.totals.as_ref().and_then(|totals| self.totals(totals, &sum)));
        rows.extend(self.remaining(scenario));
        rows
    }

    fn table_row(&mut self, line: &Row, empty: &mut State, sum: &mut Sum) -> RowResult {
        let mut result = row(line.feature.span, line.feature.value.to_string());
        if self.is_spent() {
            result.checks.push(out_of_budget(line.feature.span));
            return result;
        }
        let request = Request {
            count: line.count.unwrap_or(1),
            version: line.version,
            ..Request::one(self.model.name(&line.feature.value))
        };
        if let Some(each) = &line.each {
            let who = self.who(line.by.as_ref(), None, true);
            match self.cost_on_empty(empty, &Request { who, ..request }) {
                Ok(changes) => result.checks.push(self.check_change("each", each, &changes)),
                Err(reason) => {
                    let check = self.check_change("each", each, &[]);
                    result.checks.push(Check { actual: "denied".to_owned(), edits: Vec::new(), ..check });
                    result.reason = reason;
                }
            }
        }
        let times = match (&line.checkouts, &line.each, &line.consumes) {
            (Some(times), _, _) => times.value,
            // A row with only `each` makes no checkouts.
            (None, Some(_), None) => 0,
            (None, _, _) => 1,
        };
        self.state.watch();
        let tally = self.repeat(times, None, |runner| {
            let who = runner.who(line.by.as_ref(), None, true);
            Ok(Event::Checkout(Request { who, ..request }))
        });
        let changes = self.state.changes();
        if let Some(checkouts) = line.checkouts {
            result.checks.push(Self::check_number("checkouts", checkouts, tally.granted));
        } else if tally.granted < times {
            let expected = "granted".to_owned();
            let check = Check {
                what: "",
                span: line.feature.span,
                expected,
                actual: tally.summary(),
                edits: Vec::new(),
            };
            result.checks.push(check);
        }
        if let Some(consumes) = &line.consumes {
            result.checks.push(self.check_change("consumes", consumes, &changes));
        }
        if result.reason.is_empty() {
            result.reason = tally.reason;
            result.reason.extend(tally.failed.map(|failure| failure.as_str().to_owned()));
        }
        if !result.reason.is_empty() {
            result.reason = self.unknown(&line.feature.value).unwrap_or(result.reason);
        }
        sum.checkouts += tally.granted;
        for (block, change) in changes {
            *sum.changes.entry(block).or_default() += change;
        }
        result
    }

    fn totals(&mut self, totals: &Totals, sum: &Sum) -> Option<RowResult> {
        let mut checks = Vec::new();
        let changes: Changes = sum.changes.iter().map(|(block, change)| (*block, *change)).collect();
        if let Some(checkouts) = totals.checkouts {
            checks.push(Self::check_number("checkouts", checkouts, sum.checkouts));
        }
        if let Some(consumes) = &totals.consumes {
            checks.push(self.check_change("consumes", consumes, &changes));
        }
        let span = checks.first()?.span;
        Some(RowResult { checks, ..row(span, "totals".to_owned()) })
    }

    fn remaining(&mut self, scenario: &Scenario) -> Option<RowResult> {
        let (first, _) = scenario.remaining.first()?;
        let checks = scenario
            .remaining
            .iter()
            .map(|(pool, level)| self.check_level("free", Gauge::Free, &pool.value, level))
            .collect();
        Some(RowResult { checks, ..row(first.span, "remaining".to_owned()) })
    }
}
