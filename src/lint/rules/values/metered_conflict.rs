//! V021: METERED directives that contradict each other.

use crate::{Check, Example, Rule};
use keywright_license::codes;

pub(crate) static RULE: Rule = Rule {
    code: &codes::METERED_CONFLICT,
    what: "COUNT together with FUNDS, FUNDS without PRICE, a PRICE of 0, or two currencies in one METERED \
           block",
    why: "The price of a token and the number of remaining tokens would be ambiguous.",
    bad: Example::Text(
        "FEATURE Pages { VENDOR=Acme KEYTYPE=METERED COUNT=100 FUNDS=\"5.00 USD\" PRICE=\"0.05 USD\" }
",
    ),
    good: Example::Text(
        "FEATURE Pages { VENDOR=Acme KEYTYPE=METERED FUNDS=\"5.00 USD\" PRICE=\"0.05 USD\" }
",
    ),
    remedy: "Use either COUNT, or FUNDS and PRICE in one currency.",
    check: Check::WhileReading,
};
