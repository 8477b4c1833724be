//! V016: a comma in SHARE.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::SHARE_COMMA,
    what: "values of SHARE separated by commas",
    why: "The separator is `|`.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 SHARE=HOST,USER }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 SHARE=HOST|USER }
",
    ),
    remedy: "Write `|` between the values.",
    check: Check::WhileReading,
};
