//! V002: a repeated directive.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::DUPLICATE_DIRECTIVE,
    what: "a repeated directive that may appear only once",
    why: "Programs differ in which of the two values they use.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COUNT=6 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove one of them.",
    check: Check::WhileReading,
};
