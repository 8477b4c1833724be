//! A004: more findings than are shown.

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::lint::{Check, Example, MAX_FINDINGS, Rule};
use crate::source::{FileId, Span};

/// More findings than are shown.
static CODE: Code = Code::note("A004", "more-findings");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a file with more than 1000 findings: how many were left out",
    why: "So many usually have one cause, and nobody reads them all. Errors are kept before warnings, warnings before \
          notes; the count is as grave as the gravest that it leaves out.",
    bad: Example::Made { shown: "1001 comments to the linter with a typing error", make: many },
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    remedy: "Mend what is shown, then look again.",
    check: Check::WhileSorting,
};

fn many() -> Vec<u8> {
    "# keywright: alow(D001) typing error\n".repeat(MAX_FINDINGS + 1).into_bytes()
}

pub(in crate::lint) fn finding(file: FileId, end: Span, more: usize, gravest: Severity) -> Diagnostic {
    let noun = if more == 1 { "finding is" } else { "findings are" };
    let mut found = Diagnostic::new(&CODE, file, end, format!("{more} more {noun} not shown"))
        .help("mend what is shown, then look again");
    found.severity = gravest;
    found
}
