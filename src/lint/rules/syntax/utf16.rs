//! S002: text that is UTF-16.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::UTF16,
    what: "a file in UTF-16",
    why: "Some editors save \"Unicode\" as UTF-16. License servers read bytes and find nothing in it.",
    bad: Example::Bytes(b"\xff\xfeF\0E\0A\0T\0U\0R\0E\0"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Save the file again as UTF-8.",
    check: Check::WhileReading,
};
