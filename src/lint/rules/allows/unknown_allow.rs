//! A002: an invalid `keywright:` comment.

use crate::{Check, Example, Rule, UnknownSelector};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::{FileId, Span};

/// An invalid `keywright:` comment.
static CODE: Code = Code::warning("A002", "unknown-allow");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    what: "a comment for the linter that names an unknown rule, has invalid syntax, or allows a rule that a \
           file cannot allow itself",
    why: "The author expects the finding to be suppressed, but it is not. A file cannot allow what a trust \
          store reports about its own KEYs.",
    bad: Example::Text(
        "# keywright: allow(D102) sold alone
FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Suite { VENDOR=Acme KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\" }
FEATURE Draw { VENDOR=Acme COUNT=5 }
# keywright: allow(D012) sold alone
FEATURE Print { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Write `# keywright: allow(CODE) reason`, with the code or the name of a rule. Separate several \
             rules with commas.",
    check: Check::WhileSorting,
};

const FORM: &str = "write `# keywright: allow(CODE) reason`";

pub(crate) fn not_understood(file: FileId, comment: Span, order: &str) -> Diagnostic {
    let message = format!("invalid `keywright:` comment `{}`", keywright_syntax::excerpt(order));
    Diagnostic::new(&CODE, file, comment, message).help(FORM)
}

pub(crate) fn unknown(file: FileId, comment: Span, word: &str) -> Diagnostic {
    let unknown = UnknownSelector::new(word);
    Diagnostic::new(&CODE, file, comment, unknown.to_string()).help(unknown.help())
}

pub(crate) fn refused(file: FileId, comment: Span, code: &Code) -> Diagnostic {
    let message = format!("`{}` ({}) cannot be allowed by a comment", code.id, code.name);
    Diagnostic::new(&CODE, file, comment, message)
        .help("allow it on the command line or in `keywright.toml`; a file cannot allow it for itself")
}
