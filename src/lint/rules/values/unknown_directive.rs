//! V001: a directive that is not in the table.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::UNKNOWN_DIRECTIVE,
    what: "a directive that the language does not have",
    why: "A block with a directive that is not known cannot be relied on: it may say the very thing that \
          limits the license.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUTN=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Correct the name. Notes stand behind `#`, or in COMMENT if they are to be signed.",
    check: Check::WhileReading,
};
