//! K009: a KEY made by another vendor's key.

use crate::diagnostic::Code;
use crate::lint::{Check, Context, Example, KeyState, Rule, Sink};

use super::report;

/// A KEY made by another vendor's key.
static CODE: Code = Code::error("K009", "key-of-other-vendor");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a KEY whose key is trusted, but for another VENDOR",
    why: "Each key signs for its vendor only: otherwise any vendor could issue licenses of all others.",
    bad: Example::Judged(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
        KeyState::NotForVendor,
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    remedy: "Correct VENDOR and sign again, or use the vendor's own key.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &crate::license::Feature| {
        format!(
            "the KEY of `{}` was made by a key of another vendor than `{}`",
            feature.name.value,
            feature.vendor_name()
        )
    };
    report(
        cx,
        sink,
        KeyState::NotForVendor,
        &CODE,
        message,
        "check VENDOR, then sign with the key of that vendor",
    );
}
