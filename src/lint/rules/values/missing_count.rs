//! V012: a block without the COUNT that its KEYTYPE needs.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::MISSING_COUNT,
    what: "a block without the COUNT that its KEYTYPE requires, and a METERED block without COUNT, FUNDS or a \
           postpaid PRICE",
    why: "The block does not say how many licenses it grants.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=5 }
",
    ),
    remedy: "Add `COUNT=n` or `COUNT=UNLIMITED`.",
    check: Check::WhileReading,
};
