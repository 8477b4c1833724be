//! S019: hidden characters in a comment.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::HIDDEN_IN_COMMENT,
    what: "a character in a comment that cannot be seen, or that changes the reading direction",
    why: "A comment is not signed, and is read by people. With such characters it can look like a directive, or make \
          what follows it look like something else. Joiners that a script needs are not reported.",
    bad: Example::Text(
        "# \u{202e}000002=TNUOC\u{2066}
FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "# COUNT=200000
FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove the characters that the message names; typing the comment again is easiest.",
    check: Check::WhileReading,
};
