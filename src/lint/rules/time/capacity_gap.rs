//! T005: days on which a license has less to give than before.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::diagnostic::Code;
use crate::graph::{Block, Named};
use crate::license::{Count, Kind};
use crate::lint::phrase;
use crate::lint::rules::capacity::shortage::Fall;
use crate::lint::{Check, Context, Example, Rule, Sink};

use super::falls::Falls;
use super::is_never_in_force;

/// Days on which a license has less to give than before.
pub(in crate::lint) static CODE: Code = Code::warning("T005", "capacity-gap");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a license that has nothing to give between two of its blocks, or less from some day on while other blocks go \
           on, with the tokens for which that is too few; and a token that is denied from some day on for want of licenses",
    why: "Both days of a period are included, so that a renewal starts on the day after the END before it. A gap of \
          one day stops everybody on that day; a drop turns some of them away.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 END=2026-12-30 }
FEATURE Draw { VENDOR=Acme COUNT=5 START=2027-01-01 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 END=2026-12-31 }
FEATURE Draw { VENDOR=Acme COUNT=5 START=2027-01-01 }
",
    ),
    remedy: "Let periods follow on one another without a gap; allow the finding where less is meant.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut falls = Falls::new(cx);
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let blocks: Vec<&Block<'_>> = named
            .blocks
            .iter()
            .filter_map(|id| cx.graph.block(*id))
            .filter(|block| !is_never_in_force(block.feature))
            .collect();
        // Where EXCLUSIVE blocks overlap, what there is follows from that fault.
        if rivals(&blocks) {
            continue;
        }
        let faults = faults(&timeline(&blocks), cx.options.at);
        if !faults.is_empty() {
            let periods = Periods::new(named, &blocks);
            for fault in faults {
                report(cx, sink, &periods, &fault, &mut falls);
            }
        }
    }
    for tokens in falls.left() {
        report_fall(cx, sink, &tokens);
    }
}

/// Whether two EXCLUSIVE blocks are in force on one day.
fn rivals(blocks: &[&Block<'_>]) -> bool {
    let exclusive = blocks.iter().filter(|block| block.feature.kind == Kind::Exclusive);
    let mut periods: Vec<(Date, Date)> = exclusive
        .map(|block| (block.feature.start, block.feature.end))
        .map(|(start, end)| {
            (start.map_or(Date::MIN, |day| day.value), end.map_or(Date::MAX, |day| day.value))
        })
        .collect();
    periods.sort_unstable();
    periods.windows(2).any(|two| matches!(two, [one, next] if next.0 <= one.1))
}

/// Stands for UNLIMITED in sums: more than all COUNTs of a file together.
const ENDLESS: u64 = 1 << 50;

/// Licenses from a day on.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    from: Date,
    size: u64,
    /// Whether there is something besides that is not counted.
    open: bool,
}

impl Stretch {
    fn is_empty(&self) -> bool {
        self.size == 0 && !self.open
    }

    /// Whether there is less than before, as far as it is counted.
    fn is_less_than(&self, before: &Self) -> bool {
        self.size < before.size && !self.open && !before.open
    }
}

/// Whether what a block gives is not counted day by day. ◆ What is left of a balance is not what it was sold with: only
/// that there is one counts.
fn is_uncounted(kind: Kind) -> bool {
    matches!(kind, Kind::Token | Kind::Local | Kind::Metered)
}

/// What the blocks give together, day by day. An UPGRADE gives nothing on days without an EXCLUSIVE block.
fn timeline(blocks: &[&Block<'_>]) -> Vec<Stretch> {
    let mut changes: Vec<(Date, bool, Kind, u64)> = Vec::new();
    for block in blocks {
        let (feature, kind) = (block.feature, block.feature.kind);
        let size = match feature.count.map(|count| count.value) {
            _ if is_uncounted(kind) => 1,
            Some(Count::Limited(n)) => u64::from(n),
            _ => ENDLESS,
        };
        changes.push((feature.start.map_or(Date::MIN, |start| start.value), true, kind, size));
        if let Some(next) = feature.end.and_then(|end| end.value.tomorrow().ok()) {
            changes.push((next, false, kind, size));
        }
    }
    changes.sort_unstable();
    let mut line: Vec<Stretch> = Vec::new();
    let (mut own, mut added, mut beside, mut uncounted) = (0_u64, 0_u64, 0_u64, 0_u64);
    for (from, begins, kind, count) in changes {
        let part = match kind {
            Kind::Exclusive => &mut own,
            Kind::Upgrade => &mut added,
            kind if is_uncounted(kind) => &mut uncounted,
            _ => &mut beside,
        };
        *part = if begins { part.saturating_add(count) } else { part.saturating_sub(count) };
        let size = beside.saturating_add(if own > 0 { own.saturating_add(added) } else { 0 });
        let stretch = Stretch { from, size: size.min(ENDLESS), open: uncounted > 0 };
        match line.last_mut().filter(|last| last.from == from) {
            Some(last) => *last = stretch,
            None => line.push(stretch),
        }
    }
    // Changes that leave the size as it was are none.
    line.dedup_by_key(|stretch| (stretch.size, stretch.open));
    line
}

/// What goes wrong on which day.
pub(super) struct Fault {
    /// The first day with less.
    pub(super) day: Date,
    /// The day on which there is something again; `None` for a drop.
    pub(super) again: Option<Date>,
    /// From how many to how many it falls, where it does.
    fallen: Option<(u64, u64)>,
}

/// All gaps and drops that are still to come. What is missing after a gap belongs to it.
fn faults(line: &[Stretch], today: Date) -> Vec<Fault> {
    let next = line.iter().skip(2).map(Some).chain([None]);
    let fault = |(two, next): (&[Stretch], Option<&Stretch>)| {
        let [before, less] = two else { return None };
        let fault = |again, after: &Stretch| {
            let fallen = after.is_less_than(before).then_some((before.size, after.size));
            Fault { day: less.from, again, fallen }
        };
        match next {
            _ if before.is_empty() => None,
            Some(next) if less.is_empty() => (next.from > today).then(|| fault(Some(next.from), next)),
            // Where nothing follows the license ends.
            _ if less.is_empty() => None,
            _ => (less.is_less_than(before) && less.from > today).then(|| fault(None, less)),
        }
    };
    line.windows(2).zip(next).filter_map(fault).collect()
}

/// The blocks of one name, by the days on which they start and end.
struct Periods<'n, 'a> {
    named: &'n Named<'a>,
    starts: BTreeMap<Date, &'n Block<'a>>,
    ends: BTreeMap<Date, Vec<&'n Block<'a>>>,
}

impl<'n, 'a> Periods<'n, 'a> {
    fn new(named: &'n Named<'a>, blocks: &[&'n Block<'a>]) -> Self {
        let mut periods = Self { named, starts: BTreeMap::new(), ends: BTreeMap::new() };
        for block in blocks {
            if let Some(start) = block.feature.start {
                periods.starts.entry(start.value).or_insert(block);
            }
            if let Some(end) = block.feature.end {
                periods.ends.entry(end.value).or_default().push(block);
            }
        }
        periods
    }
}

/// Most blocks that end on one day, and most tokens, that are labelled.
const SHOWN: usize = 5;

fn report(
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
    periods: &Periods<'_, '_>,
    fault: &Fault,
    falls: &mut Falls<'_>,
) {
    let Ok(eve) = fault.day.yesterday() else { return };
    let ending = periods.ends.get(&eve).map(Vec::as_slice).unwrap_or_default();
    let mut ending = ending.iter().filter_map(|block| Some((block, block.feature.end?)));
    let Some((block, end)) = ending.next() else { return };
    let name = periods.named.name.as_str();
    let starved = falls.take(cx, periods.named, fault);
    let (message, help) = words(name, fault);
    let names: Vec<&str> =
        starved.iter().filter_map(|fall| Some(cx.graph.block(fall.block)?.name())).collect();
    let message =
        if names.is_empty() { message } else { format!("{message}: too few for {}", phrase::list(&names)) };
    let mut found = cx.found(&CODE, block, end.span, message).help(help);
    for (other, end) in ending.take(SHOWN) {
        found = found.also_in(other.license.source.id(), end.span, "this ends too");
    }
    let next = fault.again.and_then(|again| periods.starts.get(&again));
    if let Some((next, start)) = next.and_then(|next| Some((next, next.feature.start?))) {
        found = found.also_in(next.license.source.id(), start.span, "the next period");
    }
    for fall in starved.iter().take(SHOWN) {
        if let (Some(token), Some(pool)) = (cx.graph.block(fall.block), cx.graph.block(fall.lack.pool)) {
            let text = format!("needs {} of `{}`", fall.lack.needed, pool.name());
            found = found.also_in(token.license.source.id(), token.feature.name.span, text);
        }
    }
    sink.push(found);
}

/// Tokens that find too little though no license has less in all: one checkout is served by one block of it, or burns
/// what is left of a balance.
fn report_fall(cx: &Context<'_>, sink: &mut Sink<'_>, tokens: &[&Fall]) {
    let Some(first) = tokens.first() else { return };
    let (Some(token), Some(pool)) = (cx.graph.block(first.block), cx.graph.block(first.lack.pool)) else {
        return;
    };
    let message = format!(
        "`{}` is denied from {} on: it needs {} of `{}`, which has {} then",
        token.name(),
        first.day,
        first.lack.needed,
        pool.name(),
        first.lack.size
    );
    let place = pool.feature.count.map_or(pool.feature.name.span, |count| count.span);
    let mut found = cx
        .found(&CODE, token, token.feature.name.span, message)
        .also_in(pool.license.source.id(), place, "what is tried then")
        .help("enlarge what is tried then, or renew what served before");
    for other in tokens.iter().skip(1).take(SHOWN).filter_map(|fall| cx.graph.block(fall.block)) {
        found = found.also_in(other.license.source.id(), other.feature.name.span, "this token too");
    }
    sink.push(found);
}

/// What is wrong, and what to do.
fn words(name: &str, fault: &Fault) -> (String, &'static str) {
    let number = |size: u64| if size >= ENDLESS { "UNLIMITED".to_owned() } else { size.to_string() };
    let fallen = fault.fallen.map(|(before, after)| (number(before), number(after)));
    let Some(again) = fault.again else {
        let (before, after) = fallen.unwrap_or_default();
        let message = format!("`{name}` falls from {before} to {after} on {}", fault.day);
        return (message, "renew what ends there, or allow the finding if less is meant");
    };
    let last = again.yesterday().unwrap_or(again);
    let days = if last == fault.day { format!("on {last}") } else { format!("from {} to {last}", fault.day) };
    let less =
        fallen.map(|(before, after)| format!(", and {after} instead of {before} then")).unwrap_or_default();
    let message = format!("`{name}` has no license {days}{less}");
    (message, "both days of a period are included: let the next START follow on")
}
