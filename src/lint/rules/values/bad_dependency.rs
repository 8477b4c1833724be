//! V018: an invalid TOKEN_DEPENDENCY.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::BAD_DEPENDENCY,
    what: "a TOKEN_DEPENDENCY that is not FEATURE, VERSION and COUNT, in this order",
    why: "It is unclear which licenses the token draws.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write `\"FEATURE=name VERSION=1.0 COUNT=1\"`.",
    check: Check::WhileReading,
};
