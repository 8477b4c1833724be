//! V022: an empty value.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::EMPTY_VALUE,
    what: "an empty value of a directive that needs one",
    why: "An empty value has no meaning there.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=\"\" COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write a value, or remove the directive.",
    check: Check::WhileReading,
};
