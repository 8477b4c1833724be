//! A001: an `allow` comment without effect.

use crate::allow_findings::UNUSED_ALLOW;
use crate::{Check, Example, Rule};

pub(crate) static RULE: Rule = Rule {
    code: &UNUSED_ALLOW,
    summary: "an `allow` comment that does not match any finding",
    rationale: "The finding was fixed, or the comment is in the wrong place. If it stays, it hides the finding when \
          it returns.",
    bad: Example::Text(
        "# keywright: allow(D012) sold alone
FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    how_to_fix: "Remove the comment, or move it. Above a block it applies to the block, after a directive to that \
             line.",
    check: Check::Sink,
};
