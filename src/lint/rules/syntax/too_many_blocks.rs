//! S015: a file with too many blocks.

use crate::{Check, Example, Rule};
use keywright_syntax::{MAX_BLOCKS, codes};

pub(crate) static RULE: Rule = Rule {
    code: &codes::TOO_MANY_BLOCKS,
    what: "a file with more than 100,000 blocks",
    why: "Blocks after the limit are not read.",
    bad: Example::Made {
        shown: "a file with 100,001 blocks",
        make: || {
            (0..=MAX_BLOCKS).map(|at| format!("FEATURE A{at}_{{VENDOR=V}}")).collect::<String>().into_bytes()
        },
    },
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Split the file: a license may consist of any number of files.",
    check: Check::WhileReading,
};
