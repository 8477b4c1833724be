//! S009: a quoted value that crosses a line.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::WRAPPED_STRING,
    what: "a value in quotes with a line break in it",
    why: "Mail programs wrap long lines. The value reads as one line and still verifies, but it looks \
          different from what it is.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"for
  tests\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"for tests\" }
",
    ),
    remedy: "Write the value on one line; `keywright fmt` does.",
    check: Check::WhileReading,
};
