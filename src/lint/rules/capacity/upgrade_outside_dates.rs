//! C005: an UPGRADE outside the dates of its EXCLUSIVE block.

use jiff::civil::Date;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::{Feature, Kind};
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::Code;

/// An UPGRADE outside the dates of its EXCLUSIVE block.
static CODE: Code = Code::error("C005", "upgrade-outside-dates");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "an UPGRADE that is valid on days on which no EXCLUSIVE block of its name is, or that has no END \
           although the EXCLUSIVE block has one",
    rationale: "On these days there is no license that it could add to.",
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
    how_to_fix: "Give the UPGRADE dates within those of the EXCLUSIVE block. Usually both have the same END.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for named in cx.graph.names() {
        let of_kind = |kind: Kind| {
            let blocks = named.blocks.iter().filter_map(|id| cx.graph.block(*id));
            blocks.filter(move |block| block.feature.kind == kind).take(super::MOST_ALTERNATIVES)
        };
        let stretches = stretches(of_kind(Kind::Exclusive).map(|block| block.feature));
        let base = of_kind(Kind::Exclusive).max_by_key(|block| last_day(block.feature));
        let (Some(base), Some(last)) = (base, stretches.last()) else { continue };
        for upgrade in of_kind(Kind::Upgrade) {
            if !stretches.iter().any(|stretch| stretch.contains(upgrade.feature)) {
                report(cx, sink, upgrade, (base, last));
            }
        }
    }
}

/// A period without gaps in which a license is valid.
struct Validity {
    first: Date,
    last: Date,
}

fn first_day(feature: &Feature) -> Date {
    feature.start.map_or(Date::MIN, |start| start.value)
}

fn last_day(feature: &Feature) -> Date {
    feature.end.map_or(Date::MAX, |end| end.value)
}

/// The periods of some blocks; a renewal without a gap extends the period.
fn stretches<'f>(blocks: impl Iterator<Item = &'f Feature>) -> Vec<Validity> {
    let mut days: Vec<(Date, Date)> = blocks.map(|block| (first_day(block), last_day(block))).collect();
    days.sort_unstable();
    let mut stretches: Vec<Validity> = Vec::new();
    for (first, last) in days {
        match stretches.last_mut() {
            Some(before) if first <= before.last.tomorrow().unwrap_or(Date::MAX) => {
                before.last = before.last.max(last);
            }
            _ => stretches.push(Validity { first, last }),
        }
    }
    stretches
}

impl Validity {
    /// DECISION: a missing START is accepted. Before the EXCLUSIVE block starts, the UPGRADE adds to nothing and the
    /// customer loses nothing.
    fn contains(&self, upgrade: &Feature) -> bool {
        let starts = upgrade.start.is_none_or(|start| (self.first..=self.last).contains(&start.value));
        starts && last_day(upgrade) <= self.last
    }
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, upgrade: &GraphBlock<'_>, to: (&GraphBlock<'_>, &Validity)) {
    let feature = upgrade.feature;
    let dated = feature.end.or(feature.start).map(|date| date.span);
    let place = dated.or(feature.keytype.map(|keytype| keytype.span)).unwrap_or(feature.name.span);
    let message =
        format!("UPGRADE of `{}` is valid outside the dates of the EXCLUSIVE block", upgrade.name());
    let found = cx.found(&CODE, upgrade, place, message);
    let (base, stretch) = to;
    let help = if last_day(feature) > stretch.last {
        format!("end it on {} at the latest", stretch.last)
    } else if stretch.first > Date::MIN {
        format!("start it on {} at the earliest", stretch.first)
    } else {
        "give it dates within those of the EXCLUSIVE block".to_owned()
    };
    let date = base.feature.end.or(base.feature.start);
    let place = date.map_or(base.feature.name.span, |date| date.span);
    sink.push(found.also_in(base.license.source.id(), place, "the block it adds to").help(help));
}
