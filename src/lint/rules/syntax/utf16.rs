//! S002: a file in UTF-16.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::UTF16,
    what: "a file that is encoded in UTF-16",
    why: "Some editors call UTF-16 \"Unicode\". License servers read bytes and find no block in such a file.",
    bad: Example::Bytes(b"\xff\xfeF\0E\0A\0T\0U\0R\0E\0"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Save the file again as UTF-8, or run `keywright lint --fix`.",
    check: Check::WhileReading,
};
