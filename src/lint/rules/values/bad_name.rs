//! V007: an invalid name.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::BAD_NAME,
    what: "a feature, vendor or set name that is not 1 to 64 letters, digits, `_` and `-`",
    why: "Names are compared byte for byte, and are used in file names, logs and command lines.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=\"Acme Inc\" COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme_Inc COUNT=5 }
",
    ),
    remedy: "Use letters, digits, `_` and `-`. LICENSEE and COMMENT accept any text.",
    check: Check::WhileReading,
};
