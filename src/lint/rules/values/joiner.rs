//! V020: an invisible joiner between letters.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::JOINER,
    what: "a zero-width joiner or non-joiner between letters",
    why: "Some scripts need it; elsewhere it only makes two values differ that look alike.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"क्\u{200d}ष\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"क्ष\" }
",
    ),
    remedy: "Leave it where the script needs it, and allow the finding; otherwise remove it.",
    check: Check::WhileReading,
};
