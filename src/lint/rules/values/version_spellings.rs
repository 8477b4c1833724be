//! V010: conflicting version directives.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::VERSION_SPELLINGS,
    what: "VERSION together with MAJOR_VERSION or MINOR_VERSION, or only one of the latter two",
    why: "They could contradict each other. keywright does not convert one form into the other, because the \
          signature covers the directives as written.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 VERSION=2.0 MAJOR_VERSION=2 MINOR_VERSION=0 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 VERSION=2.0 }
",
    ),
    remedy: "Use either VERSION or the pair MAJOR_VERSION and MINOR_VERSION.",
    check: Check::WhileReading,
};
