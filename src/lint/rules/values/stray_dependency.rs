//! V014: a dependency on a block that is not a TOKEN block.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::STRAY_DEPENDENCY,
    what: "TOKEN_DEPENDENCY on a block that is not a TOKEN block",
    why: "Only tokens draw on other licenses, so the dependency would be ignored.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write `KEYTYPE=TOKEN` without COUNT, or remove the dependency.",
    check: Check::WhileReading,
};
