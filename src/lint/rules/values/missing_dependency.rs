//! V013: a TOKEN block without a dependency.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::MISSING_DEPENDENCY,
    what: "a TOKEN block without TOKEN_DEPENDENCY",
    why: "A token costs the licenses that it draws. Without a dependency it would be free and unlimited.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }
FEATURE Pool { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Add `TOKEN_DEPENDENCY=\"FEATURE=name VERSION=1.0 COUNT=1\"`.",
    check: Check::WhileReading,
};
