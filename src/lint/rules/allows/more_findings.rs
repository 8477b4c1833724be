//! A004: more findings than are shown.

use crate::allow_findings::MORE_FINDINGS;
use crate::{Check, Example, MAX_FINDINGS, Rule};

pub(crate) static RULE: Rule = Rule {
    code: &MORE_FINDINGS,
    summary: "a file with more than 1000 findings",
    rationale: "So many findings usually have one cause. Errors are kept before warnings, and warnings before notes. \
          This finding gives the number of omitted findings and has the highest severity among them.",
    bad: Example::Generated { shown: "1001 `keywright:` comments with a typing error", make: many },
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    how_to_fix: "Fix the findings that are shown, then run the linter again.",
    check: Check::Sink,
};

fn many() -> Vec<u8> {
    "# keywright: alow(D001) typing error\n".repeat(MAX_FINDINGS + 1).into_bytes()
}
