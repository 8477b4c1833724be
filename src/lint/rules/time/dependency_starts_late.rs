//! T007: a dependency that starts after its token.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::rules::capacity::unservable::Late;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::{GraphBlock, GraphBlockId, Hop};
use keywright_syntax::diagnostic::Code;

use super::service::{faults, periods, these_too};

/// A dependency that starts after its token.
static CODE: Code = Code::warning("T007", "dependency-starts-late");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a token that is valid before anything serves one of its dependencies, or before a pool is large \
           enough for it",
    rationale: "Until that day, every checkout of the token is denied, which customers mistake for a server problem.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=10 START=2027-01-01 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN START=2027-01-01
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=10 START=2027-01-01 }
",
    ),
    how_to_fix: "Give the token the same START as its dependency, or let the dependency start earlier.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let find = |need| {
        let first = periods(cx, need).first().map(|(start, _)| *start);
        // A dependency that has already started no longer matters.
        first.filter(|first| *first > cx.options.at).into_iter().collect()
    };
    let affects =
        |block: &GraphBlock<'_>, first: Date| block.feature.start.is_none_or(|start| start.value < first);
    let found = faults(cx, find, affects);
    for (first, places) in found {
        report(cx, sink, first, &places);
    }
    let mut late: BTreeMap<(GraphBlockId, Date), Vec<&Late>> = BTreeMap::new();
    for one in &cx.shortages().late {
        late.entry((one.lack.pool, one.from)).or_default().push(one);
    }
    for tokens in late.values() {
        report_small(cx, sink, tokens);
    }
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, first: Date, places: &[Hop]) {
    let at = |hop: &Hop| Some((cx.graph.block(hop.block)?, cx.graph.dependency(*hop)?));
    let Some((block, need)) = places.first().and_then(at) else { return };
    let name = &need.feature.value;
    let message =
        format!("`{name}` starts on {first}, after the token `{}` that depends on it", block.name());
    let mut found = cx
        .found(&CODE, block, need.span, message)
        .help(format!("start the token on {first} too, or start `{name}` earlier"));
    let starting =
        cx.graph.serving(block, need).find(|one| one.feature.start.is_some_and(|start| start.value == first));
    if let Some((provider, start)) = starting.and_then(|one| Some((one, one.feature.start?))) {
        found = found.also_in(provider.license.source.id(), start.span, "nothing serves it before this day");
    }
    sink.push(these_too(found, cx, places));
}

/// Reports tokens for which a pool becomes large enough on the same day.
fn report_small(cx: &Context<'_>, sink: &mut Sink<'_>, tokens: &[&Late]) {
    let Some(first) = tokens.first() else { return };
    let (Some(block), Some(pool)) = (cx.graph.block(first.block), cx.graph.block(first.lack.pool)) else {
        return;
    };
    let (needed, size, from) = (first.lack.needed, first.lack.size, first.from);
    let message = format!(
        "`{}` is denied until {from}: it needs {needed} of `{}`, which has {size} until then",
        block.name(),
        pool.name()
    );
    let place = pool.feature.count.map_or(pool.feature.name.span, |count| count.span);
    let mut found = cx
        .found(&CODE, block, block.feature.name.span, message)
        .also_in(pool.license.source.id(), place, "the pool that is too small")
        .help(format!("start the token on {from}, or enlarge the pool earlier"));
    for late in tokens.iter().skip(1).take(5) {
        if let Some(other) = cx.graph.block(late.block) {
            found = found.also_in(other.license.source.id(), other.feature.name.span, "also this token");
        }
    }
    sink.push(found);
}
