//! D012: a real license that no token draws on.

use std::collections::HashSet;

use crate::diagnostic::Code;
use crate::graph::Block;
use crate::license::Kind;
use crate::lint::{Check, Context, Example, Rule, Sink};

/// A real license that no token draws on.
static CODE: Code = Code::note("D012", "undrawn-license");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a floating license that no token draws on, of a vendor who has tokens in the same files",
    why: "It may be sold alone. But where everything else is drawn on by tokens, it is often the pool that one of them \
          was meant to draw on.",
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
    remedy: "Nothing, if it is sold alone: say so with `# keywright: allow(D012) sold alone`. Otherwise correct the \
             token that should draw on it.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let unclear: HashSet<&str> = cx
        .blocks()
        .filter(|block| cx.graph.needs(block.id).any(|(_, _, target)| !target.is_served()))
        .map(Block::vendor)
        .collect();
    let with_tokens: HashSet<&str> =
        cx.blocks().filter(|block| block.is_token()).map(Block::vendor).collect();
    for named in cx.graph.names().iter().filter(|named| !named.drawn) {
        let vendor = named.vendor.as_str();
        // Where a dependency leads nowhere, or text was lost, what should draw on this one is not known.
        if !with_tokens.contains(vendor) || unclear.contains(vendor) || !cx.graph.is_whole() {
            continue;
        }
        // Beside a token of the same name it is an alternative of a product, not a pool.
        if cx.graph.providers(named).any(Block::is_token) {
            continue;
        }
        let mut pools = named.blocks.iter().filter_map(|id| cx.graph.block(*id));
        let pool = pools
            .find(|block| matches!(block.feature.kind, Kind::Exclusive | Kind::Additive | Kind::Metered));
        if let Some(pool) = pool {
            let message = format!("no token draws on `{}`", pool.name());
            sink.push(
                cx.found(&CODE, pool, pool.feature.name.span, message)
                    .help("fine if it is sold alone; else look for the token that should draw on it"),
            );
        }
    }
}
