//! C008: a pool of which something is always left over.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Code;
use crate::graph::{BlockId, Cost, UNLIMITED};
use crate::license::Kind;
use crate::lint::phrase;
use crate::lint::{Check, Context, Example, Rule, Sink};

/// A pool of which something is always left over.
static CODE: Code = Code::note("C008", "indivisible-pool");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a pool whose COUNT no token that draws on it divides",
    why: "As long as only one product runs, some licenses are never used: bought for nothing, or the COUNT of one of \
          the dependencies is not what was meant.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=3\" }
FEATURE Pool { VENDOR=Acme COUNT=10 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=3\" }
FEATURE Pool { VENDOR=Acme COUNT=12 }
",
    ),
    remedy: "Sell a multiple of what the products cost, or leave it if they run side by side.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut costs: BTreeMap<BlockId, BTreeSet<u64>> = BTreeMap::new();
    for token in cx.blocks().filter(|block| block.is_token() && cx.draws().is_exact(block.id)) {
        for (pool, draw) in cx.draws().of(token.id).into_iter().flatten() {
            if let Cost::Known(cost) = draw.sum {
                costs.entry(*pool).or_default().insert(cost);
            }
        }
    }
    for (pool, costs) in costs {
        let Some(block) = cx.graph.block(pool) else { continue };
        let size = cx.capacities().of(pool);
        let floats = matches!(block.feature.kind, Kind::Exclusive | Kind::Additive);
        let divides = |cost: &u64| *cost > 0 && size.is_multiple_of(*cost);
        // What costs more than the pool has is a graver finding.
        let too_dear = |cost: &u64| *cost > size;
        if !floats || size == UNLIMITED || costs.iter().any(divides) || costs.iter().all(too_dear) {
            continue;
        }
        let costs: Vec<u64> = costs.into_iter().collect();
        let place = block.feature.count.map_or(block.feature.name.span, |count| count.span);
        let message =
            format!("no cost divides the {size} licenses of `{}`: {}", block.name(), phrase::list(&costs));
        sink.push(
            cx.found(&CODE, block, place, message)
                .help("some are left over as long as one product runs alone; sell a multiple"),
        );
    }
}
