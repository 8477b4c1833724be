//! K001: an unsigned block in a signed file.

use crate::{Check, Context, Example, Rule, Sink, Stage};
use keywright_syntax::diagnostic::{Code, Diagnostic};

use super::is_draft;

/// An unsigned block in a signed file.
static CODE: Code = Code::error("K001", "unsigned-block");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block without a KEY in a file in which other blocks have one",
    rationale: "License servers reject the block. It was added after signing, or its KEY was lost.",
    bad: Example::Text(
        "FEATURE Pool { VENDOR=Acme COUNT=10
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
FEATURE Print { VENDOR=Acme COUNT=10 }
",
    ),
    good: Example::Text(
        "FEATURE Pool { VENDOR=Acme COUNT=10
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
FEATURE Print { VENDOR=Acme COUNT=10
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    how_to_fix: "Sign the file with `keywright sign`, or remove the block.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx.options.stage == Stage::Signing {
        return;
    }
    for license in cx.licenses.iter().filter(|license| !is_draft(license)) {
        let unsigned = license.features.iter().filter(|feature| feature.is_sound() && feature.key.is_none());
        for feature in unsigned {
            let message = format!("`{}` has no KEY, but other blocks in the file do", feature.name.value);
            sink.push(
                Diagnostic::new(&CODE, license.source.id(), feature.name.span, message)
                    .help("sign the file with `keywright sign`, or remove the block"),
            );
        }
    }
}
