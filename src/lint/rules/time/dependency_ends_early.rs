//! T004: a dependency that ends before its token.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::diagnostic::Code;
use crate::graph::{Block, Hop, Target};
use crate::license::{Dependency, Version};
use crate::lint::{Check, Context, Example, Rule, Sink};
use crate::source::{FileId, Span};

use super::is_never_in_force;

/// A dependency that ends before its token.
static CODE: Code = Code::warning("T004", "dependency-ends-early");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a token that is in force longer than everything that can serve one of its dependencies",
    why: "From that day on the token is there and every checkout of it is denied, which customers read as a fault of \
          the server.",
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
    remedy: "Give the token the END of what it draws on, or renew that.",
    check: Check::Whole(check),
};

/// Most blocks of one name that are looked at.
const MOST_ALTERNATIVES: usize = 64;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut faults: BTreeMap<(&str, &str, Version, Date), Vec<Hop>> = BTreeMap::new();
    for block in cx.blocks().filter(|block| block.is_token() && !is_never_in_force(block.feature)) {
        for (hop, need, target) in cx.graph.needs(block.id) {
            // What has expired already is reported itself, as is what was never in force.
            let last = (target == Target::Served).then(|| last_day(cx, block, need)).flatten();
            let Some(last) = last.filter(|last| *last >= cx.options.at) else { continue };
            if block.feature.end.is_none_or(|end| end.value > last) {
                let key = (block.vendor(), need.feature.value.as_str(), need.version, last);
                faults.entry(key).or_default().push(hop);
            }
        }
    }
    let mut faults: Vec<_> = faults.into_iter().collect();
    faults.sort_by_key(|(_, places)| places.first().map(|hop| (hop.block, hop.dependency)));
    for ((_, name, _, last), places) in faults {
        report(cx, sink, name, last, &places);
    }
}

/// The last day on which something serves a dependency; `None` if that never ends, or never was.
fn last_day(cx: &Context<'_>, block: &Block<'_>, need: &Dependency) -> Option<Date> {
    let serving = cx.graph.serving(block, need).filter(|provider| !is_never_in_force(provider.feature));
    let ends = serving.take(MOST_ALTERNATIVES).map(|provider| provider.feature.end.map(|end| end.value));
    ends.collect::<Option<Vec<Date>>>()?.into_iter().max()
}

fn report(cx: &Context<'_>, sink: &mut Sink<'_>, name: &str, last: Date, places: &[Hop]) {
    let at = |hop: &Hop| Some((cx.graph.block(hop.block)?, cx.graph.dependency(*hop)?));
    let Some((block, need)) = places.first().and_then(at) else { return };
    let message = format!("`{name}` ends on {last}, before the token `{}` that draws on it", block.name());
    let mut found = cx
        .found(&CODE, block, need.span, message)
        .help(format!("end the token on {last} as well, or renew `{name}`"));
    let ending =
        cx.graph.serving(block, need).find(|one| one.feature.end.is_some_and(|end| end.value == last));
    if let Some((provider, end)) = ending.and_then(|one| Some((one, one.feature.end?))) {
        found = found.also_in(provider.license.source.id(), end.span, "nothing serves it after this day");
    }
    let further: Vec<(FileId, Span)> = places
        .iter()
        .skip(1)
        .filter_map(at)
        .map(|(block, need)| (block.license.source.id(), need.span))
        .collect();
    for (file, span) in further.iter().take(5) {
        found = found.also_in(*file, *span, "this token too");
    }
    sink.push(found);
}
