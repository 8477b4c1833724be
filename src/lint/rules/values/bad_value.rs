//! V019: a value of several parts that does not read.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::BAD_VALUE,
    what: "an amount of money, price tier, host id, REPLACES or list of time zones that does not read",
    why: "What was meant is not known.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 TIME_ZONES=25 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 TIME_ZONES=-5,0,1 }
",
    ),
    remedy: "Write it as the help line shows.",
    check: Check::WhileReading,
};
