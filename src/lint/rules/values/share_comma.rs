//! V016: a comma in SHARE.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
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
