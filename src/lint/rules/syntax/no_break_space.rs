//! S008: a no-break space that reads as a space.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::NO_BREAK_SPACE,
    what: "a no-break space (U+00A0) between directives",
    why: "Text that was copied from a web page has it. It looks like a space, and reads as one here, but \
          not in every program.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme\u{a0}COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Replace it by a space; `keywright fmt` does.",
    check: Check::WhileReading,
};
