//! S009: a quoted value that contains a line break.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::WRAPPED_STRING,
    what: "a quoted value that contains a line break",
    why: "Mail programs wrap long lines. The line break counts as a single space, so the signature still \
          matches, but the file no longer shows the value as it is.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"for
  tests\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"for tests\" }
",
    ),
    remedy: "Write the value on one line, or run `keywright fmt`.",
    check: Check::WhileReading,
};
