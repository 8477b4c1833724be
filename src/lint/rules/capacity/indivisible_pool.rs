//! C008: a pool with a remainder that is never used.

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::Kind;
use keywright_resolve::UNLIMITED;
use keywright_resolve::graph::{Cost, GraphBlock, GraphBlockId};
use keywright_syntax::diagnostic::Code;

/// A pool with a remainder that is never used.
static CODE: Code = Code::note("C008", "indivisible-pool");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a pool whose COUNT is not a multiple of the cost of any token that draws on it",
    rationale: "While only one product runs, some licenses remain unused. Either the customer does not need them, or \
          the COUNT of a dependency is wrong.",
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
    how_to_fix: "Sell a multiple of what the products cost. Ignore the note if several products run at the same \
             time.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut draws: Vec<(GraphBlockId, u64)> = Vec::new();
    for token in cx.blocks().filter(|block| block.is_token() && cx.draws().is_exact(block.id)) {
        for (pool, draw) in cx.draws().get(token.id).into_iter().flatten() {
            if let Cost::Known(cost) = draw.sum {
                draws.push((*pool, cost));
            }
        }
    }
    draws.sort_unstable();
    draws.dedup();
    for draws in draws.chunk_by(|(one, _), (other, _)| one == other) {
        let Some(block) = draws.first().and_then(|(pool, _)| cx.graph.block(*pool)) else { continue };
        let Some(size) = size(cx, block) else { continue };
        let floats = matches!(block.feature.kind, Kind::Exclusive | Kind::Additive);
        let divides = |cost: &u64| *cost > 0 && size.is_multiple_of(*cost);
        // Costs above the size of the pool are reported by C001 and C002.
        let exceeds_capacity = |cost: &u64| *cost > size;
        let costs: Vec<u64> = draws.iter().map(|(_, cost)| *cost).collect();
        if !floats || size == UNLIMITED || costs.iter().any(divides) || costs.iter().all(exceeds_capacity) {
            continue;
        }
        let place = block.feature.count.map_or(block.feature.name.span, |count| count.span);
        let message = format!(
            "`{}` has {size} licenses, not a multiple of any cost: {}",
            block.name(),
            message::list(&costs)
        );
        sink.push(cx.found(&CODE, block, place, message).help(
            "sell a multiple of a cost; otherwise some licenses stay unused while only one product runs",
        ));
    }
}

/// The licenses of a pool with its upgrades, today or on its first day. `None` if it is not in force then.
fn size(cx: &Context<'_>, block: &GraphBlock<'_>) -> Option<u64> {
    let pool = cx.model().block(block.id.index())?;
    let day = block.feature.start.map_or(cx.options.at, |start| start.value.max(cx.options.at));
    cx.model().in_force(pool, day).then(|| cx.model().capacity(pool, day))
}
