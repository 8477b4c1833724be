//! V008: a value that is too long.

use crate::{Check, Example, Rule};
use keywright_license::{MAX_VALUE_BYTES, codes};

pub(crate) static RULE: Rule = Rule {
    code: &codes::VALUE_TOO_LONG,
    what: "a value longer than 8192 bytes",
    why: "License servers limit the length of a value.",
    bad: Example::Made { shown: "a COMMENT of 8193 bytes", make: long_comment },
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 COMMENT=\"short\" }
",
    ),
    remedy: "Shorten the value.",
    check: Check::WhileReading,
};

fn long_comment() -> Vec<u8> {
    let comment = "x".repeat(MAX_VALUE_BYTES + 1);
    format!("FEATURE Draw {{ VENDOR=Acme COUNT=5 COMMENT={comment} }}\n").into_bytes()
}
