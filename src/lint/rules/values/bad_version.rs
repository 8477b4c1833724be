//! V004: an invalid version.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::BAD_VERSION,
    what: "a version that is not `major.minor`, each from 0 to 9999 without leading zeros",
    why: "Versions are compared as pairs of numbers. If one version had several spellings, two blocks could \
          look different and mean the same.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme VERSION=2 COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme VERSION=2.0 COUNT=5 }
",
    ),
    remedy: "Write both parts: `2.0`.",
    check: Check::WhileReading,
};
