//! S001: bytes that are not UTF-8.

use crate::lint::{Check, Example, Rule};
use crate::syntax::codes;

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::NOT_UTF8,
    what: "a file with bytes that are not UTF-8 text",
    why: "License files are UTF-8, so that a name or a licensee reads the same everywhere. A block with \
          such a byte is lost; a file with very many is not read beyond the first.",
    bad: Example::Bytes(b"FEATURE Draw { VENDOR=Acme COUNT=5 }\n# caf\xe9\n"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
# café
",
    ),
    remedy: "Save the file as UTF-8; older editors call its old encoding Latin-1 or Windows-1252.",
    check: Check::WhileReading,
};
