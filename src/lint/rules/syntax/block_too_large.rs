//! S016: more bytes than a block may have.

use crate::lint::{Check, Example, Rule};
use crate::syntax::{MAX_BLOCK_BYTES, codes};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::BLOCK_TOO_LARGE,
    what: "a block, comments included, of more bytes than one may have",
    why: "Blocks are read one by one, and a block is never so long: the file holds something else. It is \
          not read.",
    bad: Example::Made {
        shown: "a block with a comment that is longer than a block may be",
        make: long_block,
    },
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove what does not belong there.",
    check: Check::WhileReading,
};

fn long_block() -> Vec<u8> {
    format!("FEATURE Draw {{ VENDOR=Acme COUNT=5 # {}\n}}\n", "x".repeat(MAX_BLOCK_BYTES)).into_bytes()
}
