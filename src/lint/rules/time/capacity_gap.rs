//! T005: days on which a license has less to give than before.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::diagnostic::Code;
use crate::graph::{Block, BlockId};
use crate::license::{Count, Kind};
use crate::lint::phrase;
use crate::lint::{Check, Context, Example, Rule, Sink};

use super::drop::Drops;
use super::is_never_in_force;

/// Days on which a license has less to give than before.
static CODE: Code = Code::warning("T005", "capacity-gap");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a license that has nothing to give between two of its blocks, or less from some day on while other blocks go \
           on, with the tokens for which that is too few",
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
    let mut drops = Drops::new(cx);
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
            let periods = Periods::new(named.name.as_str(), &blocks);
            for fault in faults {
                report(cx, sink, &periods, &fault, &mut drops);
            }
        }
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
struct Fault {
    /// The first day with less.
    day: Date,
    /// The day on which there is something again; `None` for a drop.
    again: Option<Date>,
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
    name: &'n str,
    ids: Vec<BlockId>,
    starts: BTreeMap<Date, &'n Block<'a>>,
    ends: BTreeMap<Date, Vec<&'n Block<'a>>>,
}

impl<'n, 'a> Periods<'n, 'a> {
    fn new(name: &'n str, blocks: &[&'n Block<'a>]) -> Self {
        let mut periods = Self { name, ids: Vec::new(), starts: BTreeMap::new(), ends: BTreeMap::new() };
        for block in blocks {
            periods.ids.push(block.id);
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
    drops: &mut Drops<'_, '_>,
) {
    let Ok(eve) = fault.day.yesterday() else { return };
    let ending = periods.ends.get(&eve).map(Vec::as_slice).unwrap_or_default();
    let mut ending = ending.iter().filter_map(|block| Some((block, block.feature.end?)));
    let Some((block, end)) = ending.next() else { return };
    let starved = match fault.fallen {
        Some(_) => drops.starved(&periods.ids, eve, fault.again.unwrap_or(fault.day)),
        None => Vec::new(),
    };
    let (message, help) = words(periods.name, fault);
    let names: Vec<&str> = starved.iter().map(|(token, _)| token.name()).collect();
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
    for (token, needed) in starved.iter().take(SHOWN) {
        let text = format!("needs {needed} of it");
        found = found.also_in(token.license.source.id(), token.feature.name.span, text);
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
