//! S007: a byte order mark.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::BYTE_ORDER_MARK,
    what: "a byte order mark at the start of the file",
    why: "keywright ignores it, but other programs that read the file may not.",
    bad: Example::Text(
        "\u{feff}FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Save the file as UTF-8 without a byte order mark, or run `keywright fmt`.",
    check: Check::WhileReading,
};
