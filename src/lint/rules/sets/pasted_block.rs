//! X001: a duplicate block that counts once.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::Code;

/// A duplicate block that counts once.
static CODE: Code = Code::warning("X001", "pasted-block");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block that is identical, apart from its KEY, to an earlier block of the file",
    rationale: "Identical blocks count once, because otherwise a customer could double a license by pasting its \
          block. If two purchases are intended, the second one is lost.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=5 }
FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=5 }
",
    ),
    good: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=10 }\n"),
    how_to_fix: "Remove the copy, or raise COUNT. If the customer bought the license twice, give each purchase its \
             own SN: then both count.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks() {
        let first = block.copy_of.and_then(|first| cx.graph.block(first));
        let Some(first) = first.filter(|first| first.file == block.file) else { continue };
        let message = format!("duplicate block of `{}` counts once", block.name());
        sink.push(
            cx.found(&CODE, block, block.feature.name.span, message)
                .also(first.feature.name.span, "the same block")
                .help("remove it, raise COUNT, or give each purchase its own SN"),
        );
    }
}
