//! S006: text that is neither block, directive nor comment.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::STRAY_TEXT,
    what: "text that the language does not know",
    why: "A block with such text cannot be relied on: what it was meant to say is not known.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT 5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write `NAME=value`; put values with blanks in quotes, and notes behind `#`.",
    check: Check::WhileReading,
};
