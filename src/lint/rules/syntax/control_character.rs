//! S003: a control character.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::CONTROL_CHARACTER,
    what: "control characters other than tab and line breaks, and carriage returns without a line feed",
    why: "They are invisible, programs interpret them differently, and a terminal can use them to hide text.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme\u{c} COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove the character. In files with classic Mac OS line endings, add a line feed after each \
             carriage return.",
    check: Check::WhileReading,
};
