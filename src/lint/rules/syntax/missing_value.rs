//! S012: a directive without a value.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::MISSING_VALUE,
    what: "a directive with nothing behind its `=` on the same line",
    why: "A value cannot stand on the next line: what was meant is not known.",
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
