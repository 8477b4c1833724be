//! T004: a dependency that ends before its token.

use std::cell::LazyCell;

use jiff::civil::Date;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::{GraphBlock, Hop};
use keywright_syntax::diagnostic::Code;

use super::service::{ANY_VERSION, Need, Period, faults, periods, these_too};

/// A dependency that ends before its token.
static CODE: Code = Code::warning("T004", "dependency-ends-early");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a token that is valid on days on which nothing serves one of its dependencies, because the licenses \
           end earlier or a new enough version has a gap",
    rationale: "From that day on, every checkout of the token is denied, which customers mistake for a server \
          problem.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=10 END=2026-12-31 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN END=2026-12-31
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=10 END=2026-12-31 }
",
    ),
    how_to_fix: "Give the token the same END as its dependency, or renew the dependency.",
    check: Check::Project(check),
};

/// The last day on which a dependency is served, and the first day on which it is served again.
type Interruption = (Date, Option<Date>);

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let find = |need: Need| {
        let mut found = holes(&periods(cx, need));
        // T005 reports days on which no version serves.
        let whole = LazyCell::new(|| holes(&periods(cx, (need.0, ANY_VERSION))));
        found.retain(|fault| fault.1.is_none() || !whole.contains(fault));
        found
    };
    for ((last, again), places) in faults(cx, find, |block, fault| is_missed(cx, block, fault)) {
        report(cx, sink, last, again, &places);
    }
}

/// The end of each period and the start of the next.
fn holes(periods: &[Period]) -> Vec<Interruption> {
    let next = periods.iter().skip(1).map(|(start, _)| Some(*start)).chain([None]);
    periods
        .iter()
        .zip(next)
        .map(|((_, end), next)| (*end, next))
        .filter(|(end, _)| *end < Date::MAX)
        .collect()
}

/// Returns true if a token is valid on a future day on which nothing serves its dependency.
fn is_missed(cx: &Context<'_>, block: &GraphBlock<'_>, (last, again): Interruption) -> bool {
    // T002 reports dependencies that have already expired.
    let to_come = again.map_or(last >= cx.options.at, |again| again > cx.options.at);
    let goes_on = block.feature.end.is_none_or(|end| end.value > last);
    let began = again.is_none_or(|again| block.feature.start.is_none_or(|start| start.value < again));
    to_come && goes_on && began
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, last: Date, again: Option<Date>, places: &[Hop]) {
    let at = |hop: &Hop| Some((cx.graph.block(hop.block)?, cx.graph.dependency(*hop)?));
    let Some((block, need)) = places.first().and_then(at) else { return };
    let (name, token) = (&need.feature.value, block.name());
    let (message, help, text) = match again {
        None => (
            format!("`{name}` ends on {last}, before the token `{token}` that depends on it"),
            format!("end the token on {last} too, or renew `{name}`"),
            "nothing serves it after this day".to_owned(),
        ),
        Some(again) => (
            format!(
                "`{name}` {} ends on {last} and returns on {again}, but the token `{token}` depends on it in between",
                need.version
            ),
            "let the next period start on the day after this END".to_owned(),
            format!("no block with this version serves it until {again}"),
        ),
    };
    let mut found = cx.found(&CODE, block, need.span, message).help(help);
    let ending =
        cx.graph.serving(block, need).find(|one| one.feature.end.is_some_and(|end| end.value == last));
    if let Some((provider, end)) = ending.and_then(|one| Some((one, one.feature.end?))) {
        found = found.also_in(provider.license.source.id(), end.span, text);
    }
    sink.push(these_too(found, cx, places));
}
