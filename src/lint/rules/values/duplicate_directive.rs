//! V002: a directive that stands twice.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::DUPLICATE_DIRECTIVE,
    what: "a directive that may stand once and stands twice",
    why: "Programs differ in which of the two they take.",
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
