//! V007: a name with a wrong character or length.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::BAD_NAME,
    what: "a name of a feature, vendor or set that is not 1 to 64 letters, digits, `_` and `-`",
    why: "Names are compared byte for byte, and stand in file names, logs and command lines.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=\"Acme Inc\" COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme_Inc COUNT=5 }
",
    ),
    remedy: "Choose a name of letters, digits, `_` and `-`; LICENSEE and COMMENT hold any text.",
    check: Check::WhileReading,
};
