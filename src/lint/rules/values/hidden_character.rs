//! V009: an invisible character.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::HIDDEN_CHARACTER,
    what: "an invisible or private-use character, or one that changes the reading direction, in a value",
    why: "Two values that look alike would be different, or a value would read as another: a way to make a \
          license look like what it is not.",
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
