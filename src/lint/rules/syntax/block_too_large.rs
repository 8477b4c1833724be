//! S016: more bytes than a block may have.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::BLOCK_TOO_LARGE,
    what: "a block of more than 8 MiB",
    why: "The longest block that makes sense, with 512 dependencies and every text at its limit, is far shorter. What is \
          larger is damaged or hostile, and reading it would only cost memory.",
    bad: Example::Made {
        shown: "a block with a comment of 8 MiB",
        make: || {
            format!("FEATURE A {{ VENDOR=V COUNT=5\n#{}\n}}\n", "x".repeat(8 * 1024 * 1024)).into_bytes()
        },
    },
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Split it into several blocks, or put long comments between blocks.",
    check: Check::WhileReading,
};
