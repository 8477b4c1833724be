//! V019: an invalid value of several parts.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::BAD_VALUE,
    what: "an invalid amount of money, price tier, host ID, REPLACES or list of time zones",
    why: "The intended value is unknown.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 TIME_ZONES=25 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 TIME_ZONES=-5,0,1 }
",
    ),
    remedy: "Write the value in the form shown in the help.",
    check: Check::WhileReading,
};
