//! S001: bytes that are not UTF-8.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::NOT_UTF8,
    what: "bytes that are not valid UTF-8",
    why: "License files are UTF-8, so that names and other values read the same everywhere. A block that \
          contains such a byte cannot be read. After 1,000 places with such bytes, the rest of the file is \
          skipped.",
    bad: Example::Bytes(b"FEATURE Draw { VENDOR=Acme COUNT=5 }\n# caf\xe9\n"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
# café
",
    ),
    remedy: "Save the file as UTF-8. Older editors often use Latin-1 or Windows-1252.",
    check: Check::WhileReading,
};
