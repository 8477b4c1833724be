//! S012: a directive without a value.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::MISSING_VALUE,
    what: "a directive without a value after `=` on the same line",
    why: "A value cannot start on the next line, so the intended value is unknown.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme COUNT=
}
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write the value, or remove the directive.",
    check: Check::WhileReading,
};
