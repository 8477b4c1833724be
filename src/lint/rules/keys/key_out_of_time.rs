//! K006: a KEY made outside the validity of its signing key.

use crate::{Check, Context, Example, KeyState, Rule, Sink};
use keywright_syntax::diagnostic::Code;

use super::report;

/// A KEY made outside the validity of its signing key.
static CODE: Code = Code::error("K006", "key-out-of-time").never_allowed_in_file();

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a KEY made outside the validity period of its signing key",
    rationale: "A signing key is trusted for a fixed period. This block has an issue date outside that period, when \
          the key was not in use.",
    bad: Example::WithKeyVerdict(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
        KeyState::OutOfTime,
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    how_to_fix: "Sign with a key that is valid. `keywright keys list` lists the keys.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &keywright_license::Feature| {
        format!("KEY of `{}` was made outside the validity period of its signing key", feature.name.value)
    };
    report(cx, sink, KeyState::OutOfTime, &CODE, message, "sign again with a key that is valid");
}
