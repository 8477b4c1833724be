//! K008: a KEY made with a development key.

use crate::{Check, Context, Example, KeyState, Rule, Sink};
use keywright_syntax::diagnostic::Code;

use super::report;

/// A KEY made with a development key.
static CODE: Code = Code::error("K008", "development-key").never_allowed_in_file();

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a KEY made with a signing key that is for development only",
    rationale: "Copies of development keys exist on many machines. Licenses signed with them are for tests and are \
          never valid for customers.",
    bad: Example::WithKeyVerdict(
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
    how_to_fix: "Sign with the production key before you send the file out.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &keywright_license::Feature| {
        format!("KEY of `{}` was made with a development key", feature.name.value)
    };
    report(cx, sink, KeyState::Development, &CODE, message, "sign with a production key");
}
