//! S015: more blocks than a file may have.

use crate::lint::{Check, Example, Rule};
use crate::syntax::{MAX_BLOCKS, codes};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::TOO_MANY_BLOCKS,
    what: "a file of more than 100,000 blocks",
    why: "What stands behind them is not read.",
    bad: Example::Made {
        shown: "a file of 100,001 blocks",
        make: || "FEATURE A{VENDOR=V}".repeat(MAX_BLOCKS + 1).into_bytes(),
    },
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Split it: blocks may stand in any number of files.",
    check: Check::WhileReading,
};
