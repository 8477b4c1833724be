//! T005: days on which a license has less to give than before.

use jiff::civil::Date;

use crate::diagnostic::Code;
use crate::graph::{Block, Named};
use crate::license::{Count, Kind};
use crate::lint::{Check, Context, Example, Rule, Sink};

use super::is_never_in_force;

/// Days on which a license has less to give than before.
static CODE: Code = Code::warning("T005", "capacity-gap");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a license that has nothing to give between two of its blocks, or less from some day on while other blocks go \
           on",
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
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let blocks: Vec<&Block<'_>> = named
            .blocks
            .iter()
            .filter_map(|id| cx.graph.block(*id))
            .filter(|block| matches!(block.feature.kind, Kind::Exclusive | Kind::Additive | Kind::Upgrade))
            .filter(|block| !is_never_in_force(block.feature))
            .collect();
        // Where EXCLUSIVE blocks overlap, what there is follows from that fault.
        if rivals(&blocks) {
            continue;
        }
        let line = timeline(&blocks);
        if let Some(fault) = gap(&line, cx.options.at).or_else(|| drop_of(&line, cx.options.at)) {
            report(cx, sink, named, &blocks, &fault);
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
}

/// What goes wrong on which day.
struct Fault {
    /// The first day with less.
    day: Date,
    /// The day on which there is something again; `None` for a drop.
    again: Option<Date>,
    before: u64,
    after: u64,
}

/// What the blocks give together, day by day. An UPGRADE gives nothing on days without an EXCLUSIVE block.
fn timeline(blocks: &[&Block<'_>]) -> Vec<Stretch> {
    let mut changes: Vec<(Date, bool, Kind, u64)> = Vec::new();
    for block in blocks {
        let (feature, kind) = (block.feature, block.feature.kind);
        let size = match feature.count.map(|count| count.value) {
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
    let (mut own, mut added, mut beside) = (0_u64, 0_u64, 0_u64);
    for (from, begins, kind, count) in changes {
        let part = match kind {
            Kind::Exclusive => &mut own,
            Kind::Upgrade => &mut added,
            _ => &mut beside,
        };
        *part = if begins { part.saturating_add(count) } else { part.saturating_sub(count) };
        let size = beside.saturating_add(if own > 0 { own.saturating_add(added) } else { 0 });
        match line.last_mut().filter(|last| last.from == from) {
            Some(last) => last.size = size,
            None => line.push(Stretch { from, size }),
        }
    }
    // Changes that leave the size as it was are none.
    line.dedup_by_key(|stretch| stretch.size);
    line
}

fn gap(line: &[Stretch], today: Date) -> Option<Fault> {
    line.windows(3).find_map(|three| match three {
        [before, hole, after]
            if before.size > 0 && hole.size == 0 && after.size > 0 && after.from > today =>
        {
            Some(Fault { day: hole.from, again: Some(after.from), before: before.size, after: 0 })
        }
        _ => None,
    })
}

fn drop_of(line: &[Stretch], today: Date) -> Option<Fault> {
    line.windows(2).find_map(|two| match two {
        [before, after] if after.size < before.size && after.size > 0 && after.from > today => {
            Some(Fault { day: after.from, again: None, before: before.size, after: after.size })
        }
        _ => None,
    })
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, named: &Named<'_>, blocks: &[&Block<'_>], fault: &Fault) {
    let eve = fault.day.yesterday().ok();
    let ending = blocks.iter().find_map(|block| {
        let end = block.feature.end.filter(|end| Some(end.value) == eve)?;
        Some((*block, end))
    });
    let Some((block, end)) = ending else { return };
    let name = named.name;
    let number = |size: u64| if size >= ENDLESS { "UNLIMITED".to_owned() } else { size.to_string() };
    let (message, help) = match fault.again {
        Some(again) => {
            let last = again.yesterday().unwrap_or(again);
            let days = if last == fault.day {
                format!("on {last}")
            } else {
                format!("from {} to {last}", fault.day)
            };
            (
                format!("`{name}` has no license {days}"),
                "both days of a period are included: let the next START follow on",
            )
        }
        None => (
            format!(
                "`{name}` falls from {} to {} on {}",
                number(fault.before),
                number(fault.after),
                fault.day
            ),
            "renew what ends there, or allow the finding if less is meant",
        ),
    };
    let mut found = cx.found(&CODE, block, end.span, message).help(help);
    let next = fault.again.and_then(|again| {
        let mut starts = blocks.iter().filter_map(|block| Some((block, block.feature.start?)));
        starts.find(|(_, start)| start.value == again)
    });
    if let Some((next, start)) = next {
        found = found.also_in(next.license.source.id(), start.span, "the next period");
    }
    sink.push(found);
}
