//! S020: a file in another format.

use crate::{Check, Example, Rule};
use keywright_syntax::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::FOREIGN_FORMAT,
    what: "a file in another format: a license file of FlexNet, RLM or Sentinel, an XML template, a document, an \
           archive, a picture, or text copied from the source of a web page",
    why: "No block can be read in such a file. One finding names the format instead of many syntax errors.",
    bad: Example::Text(
        "SERVER lichost 001122334455 27000
VENDOR acmed
INCREMENT draw acmed 2026.0 31-dec-2027 5 SIGN=\"0000 0000\"
",
    ),
    good: Example::Text(
        "FEATURE draw { VENDOR=acmed COUNT=5 VERSION=2026.0 END=2027-12-31 }
",
    ),
    remedy: "Use the license file as it was issued. `keywright convert` converts files of FlexNet and RLM, and templates \
             of xmllicgen. Unpack archives, and save documents as plain text.",
    check: Check::WhileReading,
};
