//! T006: maintenance dates in the wrong order.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::Code;

/// Maintenance dates in the wrong order.
static CODE: Code = Code::error("T006", "maintenance-order");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a MAINTENANCE_START after the MAINTENANCE_END",
    rationale: "The maintenance plan covers no day, so a customer who asks for support is turned away.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 MAINTENANCE_START=2027-01-01 MAINTENANCE_END=2026-12-31 }\n",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 MAINTENANCE_START=2026-01-01 MAINTENANCE_END=2026-12-31 }\n",
    ),
    how_to_fix: "Correct the dates. Both days are included in the period.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks() {
        let dates = block.feature.terms().maintenance_start.zip(block.feature.terms().maintenance_end);
        if let Some((start, end)) = dates.filter(|(start, end)| start.value > end.value) {
            let message = format!(
                "maintenance of `{}` starts on {}, after its end on {}",
                block.name(),
                start.value,
                end.value
            );
            sink.push(
                cx.found(&CODE, block, start.span, message)
                    .also(end.span, "the MAINTENANCE_END")
                    .help("correct the dates; both days are included in the period"),
            );
        }
    }
}
