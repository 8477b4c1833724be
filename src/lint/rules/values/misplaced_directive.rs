//! V011: a directive that does not apply to this kind of block.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::MISPLACED_DIRECTIVE,
    what: "a directive that has no effect on this kind of block, or without COUNT",
    why: "It would be ignored although the vendor relies on it. TOKEN blocks are always unlimited, so \
          directives that limit a count cannot be used on them.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 HOSTID=\"ETHERNET=0050569E1A2B\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove the directive, or change the KEYTYPE.",
    check: Check::WhileReading,
};
