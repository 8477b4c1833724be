//! K005: a block that was changed after signing.

use crate::{Check, Context, Example, KeyState, Rule, Sink};
use keywright_syntax::diagnostic::Code;

use super::report;

/// A block that was changed after signing.
static CODE: Code = Code::error("K005", "signature-mismatch").never_allowed_in_file();

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block that does not match its KEY",
    rationale: "A KEY covers the name and every directive of its block. If a single character of them changes, the \
          signature is no longer valid. Comments and layout may change.",
    bad: Example::WithKeyVerdict(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
        KeyState::Mismatch,
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    how_to_fix: "Copy the block from the issued file. As the vendor, sign it again with `keywright sign`.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let message = |feature: &keywright_license::Feature| {
        format!("KEY of `{}` does not match the block", feature.name.value)
    };
    report(
        cx,
        sink,
        KeyState::Mismatch,
        &CODE,
        message,
        "copy the block from the issued file, or sign it again",
    );
}
