//! V006: an invalid number.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::BAD_NUMBER,
    what: "a number that is out of range, or has a sign or leading zeros",
    why: "A number has exactly one spelling, so the signed text is unambiguous.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=05 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write a plain number within the range shown in the help.",
    check: Check::WhileReading,
};
