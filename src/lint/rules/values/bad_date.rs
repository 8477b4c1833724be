//! V005: an invalid date.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::BAD_DATE,
    what: "a date that is not a valid calendar date in the form YYYY-MM-DD",
    why: "`01-06-2021` is June 1 to some readers and January 6 to others.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 END=01-06-2027 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 END=2027-06-01 }
",
    ),
    remedy: "Write the year first: `2027-06-01`.",
    check: Check::WhileReading,
};
