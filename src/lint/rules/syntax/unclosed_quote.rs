//! S004: a quote that is never closed.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::UNCLOSED_QUOTE,
    what: "a value whose opening quote has no closing one",
    why: "Where the value ends is not known: reading goes on at the next block, and this one is lost.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme COUNT=5
  COMMENT=\"for tests
}
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme COUNT=5
  COMMENT=\"for tests\"
}
",
    ),
    remedy: "Close the quote. A value cannot hold a quote itself.",
    check: Check::WhileReading,
};
