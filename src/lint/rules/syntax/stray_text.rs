//! S006: text that is not a block, directive or comment.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::STRAY_TEXT,
    what: "text that is not part of a block, a directive or a comment",
    why: "A block with such text cannot be relied on, because its intended meaning is unknown.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT 5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write `NAME=value`. Put values that contain spaces in quotes; start comments with `#`.",
    check: Check::WhileReading,
};
