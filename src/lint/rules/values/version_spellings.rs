//! V010: both spellings of the version, or half of one.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::VERSION_SPELLINGS,
    what: "VERSION together with MAJOR_VERSION or MINOR_VERSION, or one of the pair alone",
    why: "They could contradict each other. One is not converted into the other: the signature covers what \
          is written.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 VERSION=2.0 MAJOR_VERSION=2 MINOR_VERSION=0 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 VERSION=2.0 }
",
    ),
    remedy: "Keep VERSION, or the pair.",
    check: Check::WhileReading,
};
