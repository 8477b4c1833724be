//! T003: a day of issue that is still to come.

use crate::diagnostic::Code;
use crate::lint::{Check, Context, Example, Rule, Sink};

/// A day of issue that is still to come.
static CODE: Code = Code::error("T003", "issued-in-future");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a block whose ISSUED is still to come",
    why: "ISSUED decides whether the key was valid at that time. A license cannot come from the future: the clock of \
          some computer is wrong, or the date was invented.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 ISSUED=2030-01-01 }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 ISSUED=2026-01-01 }\n"),
    remedy: "Write the day of issue; START says from when on a license counts.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let today = cx.options.at;
    for block in cx.blocks() {
        if let Some(issued) = block.feature.issued.filter(|issued| issued.value > today) {
            let message =
                format!("`{}` claims to be issued on {}, which is still to come", block.name(), issued.value);
            sink.push(
                cx.found(&CODE, block, issued.span, message).help(format!(
                    "write the day of issue, START for the first day of use; judged for {today}"
                )),
            );
        }
    }
}
