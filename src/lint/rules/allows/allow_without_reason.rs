//! A003: a comment that allows a finding and does not say why.

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::{Check, Example, Rule};
use crate::source::{FileId, Span};

/// A comment that allows a finding and does not say why.
static CODE: Code = Code::warning("A003", "allow-without-reason");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "an allowing comment without a reason behind it",
    why: "The next reader cannot tell whether it still holds.",
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
    remedy: "Write behind the parenthesis why the finding is no fault here.",
    check: Check::WhileSorting,
};

pub(in crate::lint) fn finding(file: FileId, comment: Span) -> Diagnostic {
    Diagnostic::new(&CODE, file, comment, "an allowing comment without a reason")
        .help("say behind the parenthesis why the finding is no fault here")
}
