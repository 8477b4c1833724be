//! S005: a block without its closing brace.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::UNCLOSED_BLOCK,
    what: "a block that is never closed",
    why: "The file was cut short, or a brace was lost. What belongs to the block is not known.",
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
    remedy: "Add the brace, or fetch the whole file again.",
    check: Check::WhileReading,
};
