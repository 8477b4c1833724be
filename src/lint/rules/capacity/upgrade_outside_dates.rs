//! C005: an UPGRADE outside the dates of its block.

use crate::diagnostic::Code;
use crate::graph::Block;
use crate::license::{Feature, Kind};
use crate::lint::{Check, Context, Example, Rule, Sink};

/// An UPGRADE outside the dates of its block.
static CODE: Code = Code::error("C005", "upgrade-outside-dates");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "an UPGRADE that is in force on days on which no EXCLUSIVE block of the name is, or that has no END under one \
           that has",
    why: "On these days there is nothing that it could add to.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=10 END=2027-05-31 }
FEATURE Draw { VENDOR=Acme KEYTYPE=UPGRADE COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=10 END=2027-05-31 }
FEATURE Draw { VENDOR=Acme KEYTYPE=UPGRADE COUNT=5 END=2027-05-31 }
",
    ),
    remedy: "Give the UPGRADE dates within those of the EXCLUSIVE block; the same END is usual.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for named in cx.graph.names() {
        let of_kind = |kind: Kind| {
            let blocks = named.blocks.iter().filter_map(|id| cx.graph.block(*id));
            blocks.filter(move |block| block.feature.kind == kind).take(super::MOST_ALTERNATIVES)
        };
        if of_kind(Kind::Exclusive).next().is_none() {
            continue;
        }
        for upgrade in of_kind(Kind::Upgrade) {
            if !of_kind(Kind::Exclusive).any(|block| within(upgrade.feature, block.feature)) {
                report(cx, sink, upgrade, of_kind(Kind::Exclusive).next());
            }
        }
    }
}

/// ◆ A missing START is no fault: what is not in force yet cannot be added to, and nobody loses anything.
fn within(upgrade: &Feature, block: &Feature) -> bool {
    let starts = upgrade.start.is_none_or(|start| {
        block.start.is_none_or(|begin| begin.value <= start.value)
            && block.end.is_none_or(|end| start.value <= end.value)
    });
    let ends = block.end.is_none_or(|last| upgrade.end.is_some_and(|end| end.value <= last.value));
    starts && ends
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, upgrade: &Block<'_>, base: Option<&Block<'_>>) {
    let feature = upgrade.feature;
    let dated = feature.end.or(feature.start).map(|date| date.span);
    let place = dated.or(feature.keytype.map(|keytype| keytype.span)).unwrap_or(feature.name.span);
    let message =
        format!("the UPGRADE of `{}` is in force outside the dates of the EXCLUSIVE block", upgrade.name());
    let found = cx.found(&CODE, upgrade, place, message);
    let Some(base) = base else { return };
    let end = base.feature.end.or(base.feature.start);
    let (place, help) = match (base.feature.end, end) {
        (Some(end), _) => (end.span, format!("end it on {} at the latest", end.value)),
        (None, Some(start)) => (start.span, format!("start it on {} at the earliest", start.value)),
        (None, None) => (base.feature.name.span, "give it dates within those of the block".to_owned()),
    };
    sink.push(found.also_in(base.license.source.id(), place, "the block it adds to").help(help));
}
