//! V001: an unknown directive.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::UNKNOWN_DIRECTIVE,
    what: "a directive that the license language does not have",
    why: "A block with an unknown directive cannot be relied on: the directive may limit the license.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUTN=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Correct the name. Start notes with `#`, or use COMMENT if they must be signed.",
    check: Check::WhileReading,
};
