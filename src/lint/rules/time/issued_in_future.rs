//! T003: an ISSUED date in the future.

use crate::{Check, Context, Example, Rule, Sink};
use jiff::ToSpan as _;
use keywright_syntax::diagnostic::Code;

/// An ISSUED date in the future.
static CODE: Code = Code::error("T003", "issued-in-future");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block whose ISSUED date is more than one day in the future",
    rationale: "ISSUED determines whether the signing key was valid when the license was signed. A date in the \
          future means that a clock is wrong or that the date was invented. One day is allowed, because the \
          issuer may live in an earlier time zone.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 ISSUED=2030-01-01 }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 ISSUED=2026-01-01 }\n"),
    how_to_fix: "Write the actual date of issue. Use START for the first day of validity.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let today = cx.options.at;
    let tomorrow = today.saturating_add(1.day());
    for block in cx.blocks() {
        if let Some(issued) = block.feature.issued.filter(|issued| issued.value > tomorrow) {
            let message = format!("`{}` has an ISSUED date in the future: {}", block.name(), issued.value);
            sink.push(cx.found(&CODE, block, issued.span, message).help(format!(
                "write the date of issue; use START for the first day of validity (checked for {today})"
            )));
        }
    }
}
