//! A001: an `allow` comment without effect.

use crate::{Check, Example, Rule};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::{FileId, Span};

/// An `allow` comment without effect.
static CODE: Code = Code::warning("A001", "unused-allow");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    what: "an `allow` comment that does not match any finding",
    why: "The finding was fixed, or the comment is in the wrong place. If it stays, it hides the finding when \
          it returns.",
    bad: Example::Text(
        "# keywright: allow(D012) sold alone
FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    remedy: "Remove the comment, or move it. Above a block it applies to the block, after a directive to that \
             line.",
    check: Check::WhileSorting,
};

pub(crate) fn finding(file: FileId, comment: Span, allowed: &Code) -> Diagnostic {
    let message = format!("unused `allow` comment: no finding of `{}` ({}) here", allowed.id, allowed.name);
    Diagnostic::new(&CODE, file, comment, message)
        .help("remove the comment, or move it to the block or line with the finding")
}
