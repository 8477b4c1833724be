//! S010: typographic quotes.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::CURLY_QUOTES,
    what: "typographic quotes where straight ones belong",
    why: "Word processors and mail programs change quotes to pretty ones, which open no value.",
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
