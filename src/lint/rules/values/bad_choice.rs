//! V017: a value that is none of the words allowed.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::BAD_CHOICE,
    what: "a value that is none of the words that its directive knows",
    why: "What was meant is not known.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIV COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=5 }
",
    ),
    remedy: "Write one of the words that the help line gives, in capitals.",
    check: Check::WhileReading,
};
