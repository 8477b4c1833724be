//! V003: a block without VENDOR.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::MISSING_VENDOR,
    what: "a block without VENDOR",
    why: "Every signing key belongs to one vendor, and dependencies are resolved within one vendor. Without \
          VENDOR, a block cannot be signed and no token can draw on it.",
    bad: Example::Text(
        "FEATURE Draw { COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Add `VENDOR=name`.",
    check: Check::WhileReading,
};
