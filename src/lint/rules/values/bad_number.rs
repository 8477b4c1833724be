//! V006: a number out of range or in another spelling.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::BAD_NUMBER,
    what: "a number that is out of its range, or has a sign or leading zeros",
    why: "Numbers have one spelling, so that what is signed is what is meant.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=05 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write a plain number within the range that the help line gives.",
    check: Check::WhileReading,
};
