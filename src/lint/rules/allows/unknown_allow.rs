//! A002: a comment to the linter that it does not understand.

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::{Check, Example, Rule, UnknownSelector};
use crate::source::{FileId, Span};

/// A comment to the linter that it does not understand.
static CODE: Code = Code::warning("A002", "unknown-allow");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a comment to the linter that names no rule, asks for something it cannot do, or allows what a file may not \
           allow itself",
    why: "Whoever wrote it believes that something is settled which is not. What a trust store says of a KEY cannot be \
          allowed by the file that carries the KEY.",
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
    remedy: "Write `# keywright: allow(CODE) reason`, with the code or the name of a rule; several are separated by \
             commas.",
    check: Check::WhileSorting,
};

const FORM: &str = "write `# keywright: allow(CODE) reason`";

pub(in crate::lint) fn not_understood(file: FileId, comment: Span, order: &str) -> Diagnostic {
    let message = format!("`{}` is not understood", crate::syntax::excerpt(order));
    Diagnostic::new(&CODE, file, comment, message).help(FORM)
}

pub(in crate::lint) fn unknown(file: FileId, comment: Span, word: &str) -> Diagnostic {
    let unknown = UnknownSelector::new(word);
    Diagnostic::new(&CODE, file, comment, unknown.to_string()).help(unknown.help())
}

pub(in crate::lint) fn refused(file: FileId, comment: Span, code: &Code) -> Diagnostic {
    let message = format!("`{}` ({}) cannot be allowed by a comment", code.id, code.name);
    Diagnostic::new(&CODE, file, comment, message)
        .help("a file cannot vouch for itself: allow it on the command line")
}
