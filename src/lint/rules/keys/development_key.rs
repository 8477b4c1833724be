//! K008: a KEY made by a development key.

use crate::diagnostic::Code;
use crate::lint::{Check, Context, Example, KeyState, Rule, Sink};

use super::report;

/// A KEY made by a development key.
static CODE: Code = Code::error("K008", "development-key");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a KEY made by a key that is for development only",
    why: "Development keys lie about on many machines. What they sign is for tests and never valid for \
          customers.",
    bad: Example::Judged(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
        KeyState::Development,
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    remedy: "Sign with the production key before the file leaves the house.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &crate::license::Feature| {
        format!("the KEY of `{}` was made by a development key", feature.name.value)
    };
    report(cx, sink, KeyState::Development, &CODE, message, "sign with a production key");
}
