//! A003: an `allow` comment without a reason.

use crate::allow_findings::ALLOW_WITHOUT_REASON;
use crate::{Check, Example, Rule};

pub(crate) static RULE: Rule = Rule {
    code: &ALLOW_WITHOUT_REASON,
    summary: "an `allow` comment without a reason",
    rationale: "The next reader cannot know whether the exception is still needed.",
    bad: Example::Text(
        "FEATURE Suite { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme COUNT=5 }
# keywright: allow(D012)
FEATURE Print { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Suite { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme COUNT=5 }
# keywright: allow(D012) sold alone
FEATURE Print { VENDOR=Acme COUNT=5 }
",
    ),
    how_to_fix: "After the closing parenthesis, explain why the finding is acceptable here.",
    check: Check::Sink,
};
