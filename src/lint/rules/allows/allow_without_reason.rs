//! A003: an `allow` comment without a reason.

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::{Check, Example, Rule};
use crate::source::{FileId, Span};

/// An `allow` comment without a reason.
static CODE: Code = Code::warning("A003", "allow-without-reason");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "an `allow` comment without a reason",
    why: "The next reader cannot know whether the exception is still needed.",
    bad: Example::Text(
        "FEATURE Suite { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme COUNT=5 }
# keywright: allow(D012)
FEATURE Print { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Suite { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme COUNT=5 }
# keywright: allow(D012) sold alone
FEATURE Print { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "After the closing parenthesis, explain why the finding is acceptable here.",
    check: Check::WhileSorting,
};

pub(in crate::lint) fn finding(file: FileId, comment: Span) -> Diagnostic {
    Diagnostic::new(&CODE, file, comment, "`allow` comment without a reason")
        .help("after the closing parenthesis, explain why the finding is acceptable here")
}
