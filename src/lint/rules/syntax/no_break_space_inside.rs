//! S013: a no-break space inside a name or an unquoted value.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::NO_BREAK_SPACE_INSIDE,
    what: "a no-break space (U+00A0) inside a name or an unquoted value",
    why: "It looks like a space, so one word looks like two, and it is unclear which is intended.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Ac\u{a0}me COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove it, or put the value in quotes.",
    check: Check::WhileReading,
};
