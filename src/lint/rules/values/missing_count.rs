//! V012: a KEYTYPE without the COUNT it needs.

use crate::license::codes;
use crate::lint::{Check, Example, Rule};

pub(in crate::lint) static RULE: Rule = Rule {
    code: &codes::MISSING_COUNT,
    what: "a block without the COUNT that its KEYTYPE needs, or a METERED block without COUNT, FUNDS or a postpaid PRICE",
    why: "How many licenses it gives is not said.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=5 }
",
    ),
    remedy: "Write `COUNT=n`, or `COUNT=UNLIMITED`.",
    check: Check::WhileReading,
};
