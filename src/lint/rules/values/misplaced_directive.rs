//! V011: a directive that this kind of block cannot have.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::MISPLACED_DIRECTIVE,
    what: "a directive that has no meaning on this kind of block, or without COUNT",
    why: "It would be ignored, though somebody relied on it. Tokens are always unlimited, so that nothing \
          that limits a count stands on them.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 HOSTID=\"ETHERNET=0050569E1A2B\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove it, or change the kind of the block.",
    check: Check::WhileReading,
};
