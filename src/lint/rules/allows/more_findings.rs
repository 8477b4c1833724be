//! A004: more findings than are shown.

use crate::{Check, Example, MAX_FINDINGS, Rule};
use keywright_syntax::diagnostic::{Code, Diagnostic, Severity};
use keywright_syntax::source::{FileId, Span};

/// More findings than are shown.
static CODE: Code = Code::note("A004", "more-findings");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    what: "a file with more than 1000 findings",
    why: "So many findings usually have one cause. Errors are kept before warnings, and warnings before notes. \
          This finding gives the number of omitted findings and has the highest severity among them.",
    bad: Example::Made { shown: "1001 `keywright:` comments with a typing error", make: many },
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    remedy: "Fix the findings that are shown, then run the linter again.",
    check: Check::WhileSorting,
};

fn many() -> Vec<u8> {
    "# keywright: alow(D001) typing error\n".repeat(MAX_FINDINGS + 1).into_bytes()
}

pub(crate) fn finding(file: FileId, end: Span, more: usize, gravest: Severity) -> Diagnostic {
    let noun = if more == 1 { "finding is" } else { "findings are" };
    let mut found = Diagnostic::new(&CODE, file, end, format!("{more} more {noun} not shown"))
        .help("fix the findings that are shown, then run the linter again");
    found.severity = gravest;
    found
}
