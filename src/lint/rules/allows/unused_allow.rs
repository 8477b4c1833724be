//! A001: a comment that allows what is not there.

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::{Check, Example, Rule};
use crate::source::{FileId, Span};

/// A comment that allows what is not there.
static CODE: Code = Code::warning("A001", "unused-allow");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "an allowing comment that no finding meets",
    why: "What it once allowed was mended, or it stands in the wrong place. Left there, it would hide the fault when it \
          comes back.",
    bad: Example::Text(
        "# keywright: allow(D012) sold alone
FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    remedy: "Remove the comment, or move it: above a block it holds for the block, behind a directive for that line.",
    check: Check::WhileSorting,
};

pub(in crate::lint) fn finding(file: FileId, comment: Span, allowed: &Code) -> Diagnostic {
    let message = format!("nothing here raises `{}` ({})", allowed.id, allowed.name);
    Diagnostic::new(&CODE, file, comment, message).help("remove the comment, or move it to what it is about")
}
