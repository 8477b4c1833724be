//! K004: a KEY made by a key that the trust store does not have.

use crate::diagnostic::Code;
use crate::lint::{Check, Context, Example, KeyState, Rule, Sink};

use super::report;

/// A KEY made by a key that the trust store does not have.
static CODE: Code = Code::error("K004", "unknown-key");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a KEY whose key the trust store does not know",
    why: "Nobody can tell who signed the block. A key that comes with the license proves nothing: only a \
          trust store that was set up before does.",
    bad: Example::Judged(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
        KeyState::UnknownKey,
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    remedy: "Ask the vendor for the public key, check it by another way than the license came, and add it \
             to the trust store. Or the block is a forgery.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &crate::license::Feature| {
        format!("the KEY of `{}` was made by a key that is not trusted", feature.name.value)
    };
    report(
        cx,
        sink,
        KeyState::UnknownKey,
        &CODE,
        message,
        "check with the vendor whose key this is before you trust it",
    );
}
