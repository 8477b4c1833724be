//! K009: a KEY made with another vendor's key.

use crate::{Check, Context, Example, KeyState, Rule, Sink};
use keywright_syntax::diagnostic::Code;

use super::report;

/// A KEY made with another vendor's key.
static CODE: Code = Code::error("K009", "key-of-other-vendor").never_allowed_in_file();

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a KEY made with a signing key that is trusted only for another VENDOR",
    rationale: "Each signing key is valid for one vendor. Otherwise any vendor could issue licenses for all others.",
    bad: Example::WithKeyVerdict(
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
    how_to_fix: "Correct VENDOR and sign again, or sign with a key of that vendor.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &keywright_license::Feature| {
        format!(
            "KEY of `{}` was made with another vendor's key; its VENDOR is `{}`",
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
        "check VENDOR, then sign with a key of that vendor",
    );
}
