//! D010: a token whose cost overflows.

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::Code;

/// A token whose cost overflows.
static CODE: Code = Code::error("D010", "cost-overflow");

pub(in crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a token for which one checkout needs more licenses than a 64-bit number can represent",
    rationale: "COUNTs multiply along a chain of tokens. No pool has that many licenses, so every checkout is \
          denied, and a program in which the number overflows could grant it for almost nothing.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Ink VERSION=1.0 COUNT=2147483647\" }
FEATURE Ink { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Dye VERSION=1.0 COUNT=2147483647\" }
FEATURE Dye { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=2147483647\" }
FEATURE Pool { VENDOR=Acme COUNT=UNLIMITED }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Ink VERSION=1.0 COUNT=10\" }
FEATURE Ink { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=100\" }
FEATURE Pool { VENDOR=Acme COUNT=UNLIMITED }
",
    ),
    how_to_fix: "Find the COUNT in the chain that is too high. Tokens usually cost between 1 and a few hundred \
             licenses.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks() {
        let overflows = cx.measures.total(block.id) == Some(None);
        // Report only the first token of a chain that overflows.
        if !overflows || !cx.measures.needs_are_countable(cx.graph, block.id) {
            continue;
        }
        let message =
            format!("cost of `{}` overflows: one checkout needs more than 2^64 licenses", block.name());
        let found = cx
            .found(&CODE, block, block.feature.name.span, message)
            .help("find the COUNT that is too high; COUNTs multiply along the chain");
        sink.push(message::along_chain(found, cx.graph, &cx.measures.longest_chain(cx.graph, block.id)));
    }
}
