//! S007: a byte order mark.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::BYTE_ORDER_MARK,
    what: "a byte order mark before the text",
    why: "It does no harm here, but other programs that read the file may stumble over it.",
    bad: Example::Text(
        "\u{feff}FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Save the file as UTF-8 without a mark, or run `keywright fmt`.",
    check: Check::WhileReading,
};
