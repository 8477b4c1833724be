//! A002: an invalid `keywright:` comment.

use crate::allow_findings::UNKNOWN_ALLOW;
use crate::{Check, Example, Rule};

pub(crate) static RULE: Rule = Rule {
    code: &UNKNOWN_ALLOW,
    summary: "a comment for the linter that names an unknown rule, has invalid syntax, or allows a rule that a \
           file cannot allow itself",
    rationale: "The author expects the finding to be suppressed, but it is not. A file cannot allow what a trust \
          store reports about its own KEYs.",
    bad: Example::Text(
        "# keywright: allow(D102) sold alone
FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Suite { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme COUNT=5 }
# keywright: allow(D012) sold alone
FEATURE Print { VENDOR=Acme COUNT=5 }
",
    ),
    how_to_fix: "Write `# keywright: allow(CODE) reason`, with the code or the name of a rule. Separate several \
             rules with commas.",
    check: Check::Sink,
};
