//! C003: two EXCLUSIVE blocks of one name that overlap.

use jiff::civil::Date;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::{Kind, Replaces};
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::Code;

use super::overlap;

/// Two EXCLUSIVE blocks of one name that overlap.
static CODE: Code = Code::error("C003", "second-exclusive");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a second EXCLUSIVE block of the same name that is valid on the same day as the first",
    rationale: "Only the first of several EXCLUSIVE blocks serves; the others are discarded, and the customer loses \
          their licenses. A block with COUNT and without KEYTYPE is also EXCLUSIVE.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 END=2026-12-31 }
FEATURE Draw { VENDOR=Acme COUNT=9 START=2026-12-01 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 END=2026-12-31 }
FEATURE Draw { VENDOR=Acme COUNT=9 START=2027-01-01 }
",
    ),
    how_to_fix: "Use KEYTYPE=ADDITIVE for another pool or KEYTYPE=UPGRADE to enlarge the first, or let a renewal \
             start on the day after the END of the first block.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for named in cx.graph.names() {
        let blocks = named.blocks.iter().filter_map(|id| cx.graph.block(*id));
        let mut exclusive: Vec<&GraphBlock<'_>> =
            blocks.filter(|block| block.feature.kind == Kind::Exclusive).collect();
        exclusive.sort_by_key(|block| block.feature.start.map_or(Date::MIN, |start| start.value));
        // The block with the latest end among those that started earlier.
        let mut longest: Option<&GraphBlock<'_>> = None;
        for block in exclusive {
            if let Some(other) = longest.filter(|other| overlap(other.feature, block.feature)) {
                let (first, second) = if other.id < block.id { (other, block) } else { (block, other) };
                if !replaces(first, second) && !replaces(second, first) {
                    report(cx, sink, first, second);
                }
            }
            let end = |block: &GraphBlock<'_>| block.feature.end.map_or(Date::MAX, |end| end.value);
            longest = Some(longest.filter(|other| end(other) >= end(block)).unwrap_or(block));
        }
    }
}

/// Returns true if one block replaces the other while it is valid.
fn replaces(one: &GraphBlock<'_>, other: &GraphBlock<'_>) -> bool {
    one.feature.terms().replaces.as_ref().is_some_and(|replaced| match &replaced.value {
        Replaces::Feature(name) => name.as_str() == other.name(),
        Replaces::Key(key) => other.license.key(other.feature).is_some_and(|own| own == *key),
    })
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, first: &GraphBlock<'_>, second: &GraphBlock<'_>) {
    let message = format!("second EXCLUSIVE block of `{}` at the same time: it is discarded", second.name());
    let place = |block: &GraphBlock<'_>| {
        block.feature.keytype.map_or(block.feature.name.span, |keytype| keytype.span)
    };
    sink.push(
        cx.found(&CODE, second, place(second), message)
            .also_in(first.license.source.id(), place(first), "this block serves")
            .help("use KEYTYPE=ADDITIVE for another pool, or KEYTYPE=UPGRADE to add to the first"),
    );
}
