//! S010: typographic quotes.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::CURLY_QUOTES,
    what: "typographic quotes in place of straight quotes",
    why: "Word processors and mail programs replace straight quotes with typographic ones, which do not start \
          a quoted value.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=“tests” }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"tests\" }
",
    ),
    remedy: "Type straight quotes.",
    check: Check::WhileReading,
};
