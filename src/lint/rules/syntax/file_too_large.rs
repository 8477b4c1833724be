//! S014: a file above the size limit.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;
use keywright_syntax::source::MAX_FILE_BYTES;

pub(crate) static RULE: Rule = Rule {
    code: &codes::FILE_TOO_LARGE,
    what: "a file larger than 64 MiB",
    why: "A file of this size is not a license file, and reading it would waste time and memory.",
    bad: Example::Made {
        shown: "a file that is one byte larger than 64 MiB",
        make: || vec![b'#'; MAX_FILE_BYTES + 1],
    },
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Split the file: a license may consist of any number of files.",
    check: Check::WhileReading,
};
