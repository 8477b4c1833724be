//! S005: a block without its closing brace.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::UNCLOSED_BLOCK,
    what: "a block without a closing brace",
    why: "The file was truncated or a brace was deleted, so the end of the block is unknown.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme COUNT=5
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme COUNT=5
}
",
    ),
    remedy: "Add the brace, or get a complete copy of the file.",
    check: Check::WhileReading,
};
