//! D010: a token whose cost cannot be counted.

use crate::diagnostic::Code;
use crate::lint::phrase;
use crate::lint::{Check, Context, Example, Rule, Sink};

/// A token whose cost cannot be counted.
static CODE: Code = Code::error("D010", "cost-overflow");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a token of which one checkout needs more licenses than 64 bits can count",
    why: "Counts multiply along a chain of tokens. No pool has so many licenses, so that no checkout is ever granted; \
          a program that lets the number wrap round would grant it for next to nothing.",
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
    remedy: "Look for the COUNT along the chain that is too high; tokens are usually worth 1 to some hundred licenses.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks() {
        let overflows = cx.measures.total(block.id) == Some(None);
        // Where a dependency already overflows, the tokens that draw on it do so as a consequence.
        if !overflows || !cx.measures.needs_are_countable(cx.graph, block.id) {
            continue;
        }
        let message =
            format!("one checkout of `{}` needs more licenses than 64 bits can count", block.name());
        let found = cx
            .found(&CODE, block, block.feature.name.span, message)
            .help("counts multiply along the chain: look for the one that is too high");
        sink.push(phrase::along_chain(found, cx.graph, &cx.measures.longest_chain(cx.graph, block.id)));
    }
}
