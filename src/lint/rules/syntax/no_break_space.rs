//! S008: a no-break space that is read as a space.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::NO_BREAK_SPACE,
    what: "a no-break space (U+00A0) between directives",
    why: "Text copied from web pages often contains it. keywright reads it as a space, but other programs may \
          not.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme\u{a0}COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Replace it with a space, or run `keywright fmt`.",
    check: Check::WhileReading,
};
