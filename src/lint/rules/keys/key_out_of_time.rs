//! K006: a KEY made outside the time for which its key is valid.

use crate::diagnostic::Code;
use crate::lint::{Check, Context, Example, KeyState, Rule, Sink};

use super::report;

/// A KEY made outside the time for which its key is valid.
static CODE: Code = Code::error("K006", "key-out-of-time");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a KEY made at a time for which its key is not valid",
    why: "A key is trusted from one day to another. What claims to be issued outside of these days was \
          signed by a key that was not in use then.",
    bad: Example::Judged(
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
    remedy: "Sign with a key that is in use; `keywright keys list` shows which are.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &crate::license::Feature| {
        format!("the KEY of `{}` was made outside the time of its key", feature.name.value)
    };
    report(cx, sink, KeyState::OutOfTime, &CODE, message, "sign again with a key that is in use");
}
