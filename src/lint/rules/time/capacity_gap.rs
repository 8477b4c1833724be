//! T005: a gap or drop in the number of licenses.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::message;
use crate::rules::capacity::unservable::CapacityDrop;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::{Count, Kind};
use keywright_resolve::graph::{FeatureGroup, GraphBlock};
use keywright_syntax::diagnostic::Code;

use super::capacity_drop::{CapacityDrops, Fault};
use super::is_never_in_force;

/// A gap or drop in the number of licenses.
pub(crate) static CODE: Code = Code::warning("T005", "capacity-gap");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a license with a gap between two of its blocks or a drop in its count, and a token that is denied \
           from some day on for lack of licenses; the finding names the tokens that no longer fit",
    rationale: "The first and last day of a period are both included, so a renewal starts on the day after the \
          previous END. A gap of a single day stops every user on that day; a drop stops some of them.",
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
    how_to_fix: "Let each period start on the day after the previous one ends. Allow the finding if the drop is \
             intended.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut falls = CapacityDrops::new(cx);
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let blocks: Vec<&GraphBlock<'_>> = named
            .blocks
            .iter()
            .filter_map(|id| cx.graph.block(*id))
            .filter(|block| !is_never_in_force(block.feature))
            .collect();
        // Overlapping EXCLUSIVE blocks are reported by C003; the capacity depends on how that is fixed.
        if rivals(&blocks) {
            continue;
        }
        let faults = faults(&timeline(cx, &blocks), cx.options.at);
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

/// Returns true if two EXCLUSIVE blocks overlap.
fn rivals(blocks: &[&GraphBlock<'_>]) -> bool {
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

/// UNLIMITED in sums: larger than the sum of all COUNTs of a file.
const ENDLESS: u64 = 1 << 50;

/// The number of licenses from one day on.
#[derive(Debug, Clone, Copy)]
struct Capacity {
    from: Date,
    size: u64,
    /// True if there are also uncounted licenses.
    open: bool,
}

impl Capacity {
    fn is_empty(&self) -> bool {
        self.size == 0 && !self.open
    }

    /// Returns true if there are fewer counted licenses than before.
    fn is_less_than(&self, before: &Self) -> bool {
        self.size < before.size && !self.open && !before.open
    }
}

/// Returns true if the licenses of a block are not added up day by day.
///
/// DECISION: a METERED balance counts as present or absent, because the remaining balance differs from the amount sold.
fn is_uncounted(kind: Kind) -> bool {
    matches!(kind, Kind::Token | Kind::Local | Kind::Metered)
}

/// The total of the blocks, day by day, as the resolver uses them: replaced blocks add nothing, and an UPGRADE adds nothing
/// on days without an EXCLUSIVE block.
fn timeline(cx: &Context<'_>, blocks: &[&GraphBlock<'_>]) -> Vec<Capacity> {
    let mut changes: Vec<(Date, bool, Kind, u64)> = Vec::new();
    for block in blocks {
        let (feature, kind) = (block.feature, block.feature.kind);
        let size = match feature.count.map(|count| count.value) {
            _ if is_uncounted(kind) => 1,
            Some(Count::Limited(n)) => u64::from(n),
            _ => ENDLESS,
        };
        let model = cx.model();
        let periods = model.block(block.id.index()).map(|id| model.periods_in_force(id));
        for (first, last) in periods.into_iter().flatten() {
            changes.push((first, true, kind, size));
            changes.extend(last.tomorrow().ok().map(|next| (next, false, kind, size)));
        }
    }
    changes.sort_unstable();
    let mut line: Vec<Capacity> = Vec::new();
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
        let stretch = Capacity { from, size: size.min(ENDLESS), open: uncounted > 0 };
        match line.last_mut().filter(|last| last.from == from) {
            Some(last) => *last = stretch,
            None => line.push(stretch),
        }
    }
    // Drop entries that do not change the size.
    line.dedup_by_key(|stretch| (stretch.size, stretch.open));
    line
}

/// All future gaps and drops. A lower size after a gap is part of the gap.
fn faults(line: &[Capacity], today: Date) -> Vec<Fault> {
    let next = line.iter().skip(2).map(Some).chain([None]);
    let fault = |(two, next): (&[Capacity], Option<&Capacity>)| {
        let [before, less] = two else { return None };
        let fault = |again, after: &Capacity| {
            let fallen = after.is_less_than(before).then_some((before.size, after.size));
            Fault { day: less.from, again, fallen }
        };
        match next {
            _ if before.is_empty() => None,
            Some(next) if less.is_empty() => (next.from > today).then(|| fault(Some(next.from), next)),
            // No block follows: the license simply ends.
            _ if less.is_empty() => None,
            _ => (less.is_less_than(before) && less.from > today).then(|| fault(None, less)),
        }
    };
    line.windows(2).zip(next).filter_map(fault).collect()
}

/// The blocks of one name by start and end day.
struct Periods<'n, 'a> {
    named: &'n FeatureGroup<'a>,
    starts: BTreeMap<Date, &'n GraphBlock<'a>>,
    ends: BTreeMap<Date, Vec<&'n GraphBlock<'a>>>,
}

impl<'n, 'a> Periods<'n, 'a> {
    fn new(named: &'n FeatureGroup<'a>, blocks: &[&'n GraphBlock<'a>]) -> Self {
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

/// Maximum number of labels for ending blocks, and for tokens.
const SHOWN: usize = 5;

fn report(
    cx: &Context<'_>,
    sink: &mut Sink<'_>,
    periods: &Periods<'_, '_>,
    fault: &Fault,
    falls: &mut CapacityDrops<'_>,
) {
    let Ok(eve) = fault.day.yesterday() else { return };
    let ending = periods.ends.get(&eve).map(Vec::as_slice).unwrap_or_default();
    let mut ending = ending.iter().filter_map(|block| Some((block, block.feature.end?)));
    // Without a block that ends, one that starts replaces another.
    let starting = periods.starts.get(&fault.day);
    let starting = || starting.and_then(|block| Some((block, block.feature.start?)));
    let Some((block, end)) = ending.next().or_else(starting) else { return };
    let name = periods.named.name.as_str();
    let starved = falls.remove_affected(cx, periods.named, fault);
    let (message, help) = message(name, fault);
    let names: Vec<&str> =
        starved.iter().filter_map(|fall| Some(cx.graph.block(fall.block)?.name())).collect();
    let message =
        if names.is_empty() { message } else { format!("{message}: too few for {}", message::list(&names)) };
    let mut found = cx.found(&CODE, block, end.span, message).help(help);
    for (other, end) in ending.take(SHOWN) {
        found = found.also_in(other.license.source.id(), end.span, "also ends here");
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

/// Reports tokens that no longer fit although no license drops in total: a checkout is served by a single block, or
/// consumes the rest of a balance.
fn report_fall(cx: &Context<'_>, sink: &mut Sink<'_>, tokens: &[&CapacityDrop]) {
    let Some(first) = tokens.first() else { return };
    let (Some(token), Some(pool)) = (cx.graph.block(first.block), cx.graph.block(first.lack.pool)) else {
        return;
    };
    let message = format!(
        "`{}` is denied from {} on: it needs {} of `{}`, which then has {}",
        token.name(),
        first.day,
        first.lack.needed,
        pool.name(),
        first.lack.size
    );
    let place = pool.feature.count.map_or(pool.feature.name.span, |count| count.span);
    let mut found = cx
        .found(&CODE, token, token.feature.name.span, message)
        .also_in(pool.license.source.id(), place, "the license that is tried then")
        .help("enlarge this license, or renew the one that served before");
    for other in tokens.iter().skip(1).take(SHOWN).filter_map(|fall| cx.graph.block(fall.block)) {
        found = found.also_in(other.license.source.id(), other.feature.name.span, "also this token");
    }
    sink.push(found);
}

/// The message and the help.
fn message(name: &str, fault: &Fault) -> (String, &'static str) {
    let number = |size: u64| if size >= ENDLESS { "UNLIMITED".to_owned() } else { size.to_string() };
    let fallen = fault.fallen.map(|(before, after)| (number(before), number(after)));
    let Some(again) = fault.again else {
        let (before, after) = fallen.unwrap_or_default();
        let message = format!("`{name}` drops from {before} to {after} on {}", fault.day);
        return (message, "renew the block that ends, or allow the finding if the drop is intended");
    };
    let last = again.yesterday().unwrap_or(again);
    let days = if last == fault.day { format!("on {last}") } else { format!("from {} to {last}", fault.day) };
    let less =
        fallen.map(|(before, after)| format!(", then {after} instead of {before}")).unwrap_or_default();
    let message = format!("`{name}` has no license {days}{less}");
    (message, "let the next block start on the day after the END; both days of a period are included")
}
