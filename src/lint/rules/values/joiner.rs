//! V020: an invisible joiner between letters, or a variation selector.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::JOINER,
    what: "a zero-width joiner or non-joiner between letters, or a variation selector after a character that has variants",
    why: "Some scripts need it. Elsewhere it makes two values different that look the same.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"क्\u{200d}ष\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"क्ष\" }
",
    ),
    remedy: "Keep it and allow the finding if the script needs it. Otherwise remove it.",
    check: Check::WhileReading,
};
