//! K004: a KEY made with an unknown signing key.

use crate::{Check, Context, Example, KeyState, Rule, Sink};
use keywright_syntax::diagnostic::Code;

use super::report;

/// A KEY made with an unknown signing key.
static CODE: Code = Code::error("K004", "unknown-key").never_allowed_in_file();

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a KEY made with a signing key that is not in the trust store",
    rationale: "It is unknown who signed the block. A public key that arrives together with the license proves \
          nothing; only a trust store that was set up beforehand does.",
    bad: Example::WithKeyVerdict(
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
    how_to_fix: "Ask the vendor for the public key, confirm it over a separate channel, and add it to the trust \
             store. Otherwise treat the block as a forgery.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &keywright_license::Feature| {
        format!("KEY of `{}` was made with an unknown signing key", feature.name.value)
    };
    report(
        cx,
        sink,
        KeyState::UnknownKey,
        &CODE,
        message,
        "ask the vendor whether the key is theirs before you trust it",
    );
}
