//! S004: a quote that is not closed.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::UNCLOSED_QUOTE,
    what: "a value whose opening quote has no closing quote",
    why: "The end of the value is unknown. This block cannot be read; reading continues at the next block.",
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
    remedy: "Close the quote. A value cannot contain a quote.",
    check: Check::WhileReading,
};
