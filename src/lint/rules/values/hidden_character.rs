//! V009: an invisible character.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::HIDDEN_CHARACTER,
    what: "an invisible character, or one that changes the reading direction, in a value",
    why: "Two different values could look the same, or a value could read differently from what it contains. \
          Both can be used to disguise a license.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example\u{200b} Ltd\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" }
",
    ),
    remedy: "Remove the character. Retyping the value is easiest.",
    check: Check::WhileReading,
};
