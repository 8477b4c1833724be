//! D012: a license that no token draws on.

use std::collections::HashSet;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::Kind;
use keywright_resolve::graph::{FeatureGroup, GraphBlock};
use keywright_syntax::diagnostic::Code;

/// A license that no token draws on.
static CODE: Code = Code::note("D012", "undrawn-license");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a floating license that no token draws on, from a vendor whose files also contain tokens",
    rationale: "It may be sold on its own. But if tokens draw on everything else, it is often the pool that one of \
          them should draw on.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=10 }
FEATURE Pool2 { VENDOR=Acme COUNT=10 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=10 }
",
    ),
    how_to_fix: "If it is sold on its own, say so with `# keywright: allow(D012) sold alone`. Otherwise correct \
             the token that should draw on it.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let undrawn: Vec<_> = cx.graph.names().iter().filter_map(|named| undrawn_pool(cx, named)).collect();
    if undrawn.is_empty() || !cx.graph.is_whole() {
        return;
    }
    // If a dependency is not served or text is unreadable, a token may draw on this license after all.
    let unclear: HashSet<&str> = cx
        .blocks()
        .filter(|block| cx.graph.needs(block.id).any(|(_, _, target)| !target.is_served()))
        .map(GraphBlock::vendor)
        .collect();
    let with_tokens: HashSet<&str> =
        cx.blocks().filter(|block| block.is_token()).map(GraphBlock::vendor).collect();
    let is_certain = |vendor: &str| with_tokens.contains(vendor) && !unclear.contains(vendor);
    for pool in undrawn.into_iter().filter(|pool| is_certain(pool.vendor())) {
        let message = format!("no token draws on `{}`", pool.name());
        sink.push(cx.found(&CODE, pool, pool.feature.name.span, message).help(
            "correct the token that should draw on it, or allow the finding if the license is sold alone",
        ));
    }
}

/// The first pool of a name that no dependency names.
fn undrawn_pool<'g, 'a>(cx: &'g Context<'a>, named: &FeatureGroup<'a>) -> Option<&'g GraphBlock<'a>> {
    // Next to a token of the same name, the license is an alternative of a product, not a pool.
    if named.drawn || cx.graph.providers(named).any(GraphBlock::is_token) {
        return None;
    }
    let mut pools = named.blocks.iter().filter_map(|id| cx.graph.block(*id));
    pools.find(|block| matches!(block.feature.kind, Kind::Exclusive | Kind::Additive | Kind::Metered))
}
