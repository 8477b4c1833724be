//! S014: more bytes than a file may have.

use crate::lint::{Check, Example, Rule};
use crate::source::MAX_FILE_BYTES;
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::FILE_TOO_LARGE,
    what: "a file of more than 64 MiB",
    why: "Such a file is no license file, and reading it would only cost time.",
    bad: Example::Made {
        shown: "a file of one byte more than 64 MiB",
        make: || vec![b'#'; MAX_FILE_BYTES + 1],
    },
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Split it: blocks may stand in any number of files.",
    check: Check::WhileReading,
};
