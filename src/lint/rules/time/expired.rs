//! T002: an expired license.

use crate::{Check, Context, Example, Rule, Sink, Stage};
use keywright_syntax::diagnostic::{Code, Severity};

use super::is_never_in_force;

/// An expired license.
static CODE: Code = Code::warning("T002", "expired");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block whose END has passed",
    rationale: "It no longer grants anything. When a file is signed or issued this is an error, because an expired \
          license is never sold on purpose.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 END=2025-12-31 }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 END=2027-12-31 }\n"),
    how_to_fix: "Renew or remove the block. Use `--at DATE` to check for another day.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let today = cx.options.at;
    for block in cx.blocks().filter(|block| !is_never_in_force(block.feature)) {
        let Some(end) = block.feature.end.filter(|end| end.value < today) else { continue };
        let message = format!("`{}` expired on {}", block.name(), end.value);
        let help = format!("renew or remove the block (checked for {today})");
        let mut found = cx.found(&CODE, block, end.span, message).help(help);
        if cx.options.stage != Stage::Draft {
            found.severity = Severity::Error;
        }
        sink.push(found);
    }
}
