//! S016: a block above the size limit.

use crate::{Check, Example, Rule};
use keywright_syntax::{MAX_BLOCK_BYTES, codes};

pub(crate) static RULE: Rule = Rule {
    code: &codes::BLOCK_TOO_LARGE,
    what: "a block larger than 8 MiB, comments included",
    why: "A real block is never this large, so the file probably contains something else. The block is not \
          read.",
    bad: Example::Made { shown: "a block with a comment of 8 MiB", make: long_block },
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove the text that does not belong to the block.",
    check: Check::WhileReading,
};

fn long_block() -> Vec<u8> {
    format!("FEATURE Draw {{ VENDOR=Acme COUNT=5 # {}\n}}\n", "x".repeat(MAX_BLOCK_BYTES)).into_bytes()
}
