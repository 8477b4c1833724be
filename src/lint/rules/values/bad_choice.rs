//! V017: a value that is not one of the allowed words.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::BAD_CHOICE,
    what: "a value that is not one of the words that its directive accepts",
    why: "The intended value is unknown.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIV COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=5 }
",
    ),
    remedy: "Write one of the words shown in the help, in upper case.",
    check: Check::WhileReading,
};
