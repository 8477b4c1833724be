//! V003: a block without VENDOR.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::MISSING_VENDOR,
    what: "a block that does not say who issues it",
    why: "Every key signs for one vendor, and dependencies resolve within one: without VENDOR a block can \
          be neither signed nor drawn on.",
    bad: Example::Text(
        "FEATURE Draw { COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write `VENDOR=name`.",
    check: Check::WhileReading,
};
