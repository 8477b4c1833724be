//! S003: a control character.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::CONTROL_CHARACTER,
    what: "a control character other than tab and line breaks, or a carriage return without line feed",
    why: "It cannot be seen, programs differ in what they make of it, and on a terminal it can hide text.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme\u{c} COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Remove it. Files with the line ends of old Macs need a line feed for each carriage return.",
    check: Check::WhileReading,
};
