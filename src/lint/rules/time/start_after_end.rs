//! T001: a START after the END.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::Code;

use super::is_never_in_force;

/// A START after the END.
static CODE: Code = Code::error("T001", "start-after-end");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block whose START is after its END",
    rationale: "The block is never valid.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 START=2027-01-01 END=2026-12-31 }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 START=2026-01-01 END=2026-12-31 }\n"),
    how_to_fix: "Correct the dates. START and END are both included in the period.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks().filter(|block| is_never_in_force(block.feature)) {
        let (Some(start), Some(end)) = (block.feature.start, block.feature.end) else { continue };
        let message = format!("`{}` starts on {}, after its end on {}", block.name(), start.value, end.value);
        sink.push(
            cx.found(&CODE, block, start.span, message)
                .also(end.span, "the END")
                .help("correct the dates; START and END are both included"),
        );
    }
}
