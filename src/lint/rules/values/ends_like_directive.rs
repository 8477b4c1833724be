//! V029: a text value that ends in `NAME=`.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::ENDS_LIKE_DIRECTIVE,
    what: "a text value with spaces that ends in `NAME=` or `NAME =`",
    why: "If a mail program wraps the value, it looks like a value whose closing quote is missing, and the license can \
          no longer be read.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"please set the variable LICENSE_FILE =\" }\n",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"please set the variable LICENSE_FILE\" }\n",
    ),
    remedy: "End the value with another word, or remove the equals sign.",
    check: Check::WhileReading,
};
