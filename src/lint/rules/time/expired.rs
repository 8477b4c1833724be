//! T002: a license that has expired.

use crate::diagnostic::{Code, Severity};
use crate::lint::{Check, Context, Example, Rule, Sink, Stage};

use super::is_never_in_force;

/// A license that has expired.
static CODE: Code = Code::warning("T002", "expired");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a block whose END is over",
    why: "Nothing is served by it any more. In a file that is being signed or issued it is an error: nobody sells an \
          expired license on purpose.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 END=2025-12-31 }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 END=2027-12-31 }\n"),
    remedy: "Renew it or remove it; `--at DATE` judges another day.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let today = cx.options.at;
    for block in cx.blocks().filter(|block| !is_never_in_force(block.feature)) {
        let Some(end) = block.feature.end.filter(|end| end.value < today) else { continue };
        let message = format!("`{}` expired on {}", block.name(), end.value);
        let help = format!("renew it or remove it; judged for {today}");
        let mut found = cx.found(&CODE, block, end.span, message).help(help);
        if cx.options.stage != Stage::Draft {
            found.severity = Severity::Error;
        }
        sink.push(found);
    }
}
