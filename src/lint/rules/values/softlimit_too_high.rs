//! V015: a SOFTLIMIT that is not below COUNT.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::SOFTLIMIT_TOO_HIGH,
    what: "a SOFTLIMIT that is not lower than COUNT",
    why: "Checkouts above SOFTLIMIT are granted with a warning. If SOFTLIMIT is not lower than COUNT, the \
          warning is never shown.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 SOFTLIMIT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 SOFTLIMIT=4 }
",
    ),
    remedy: "Lower SOFTLIMIT, or raise COUNT.",
    check: Check::WhileReading,
};
