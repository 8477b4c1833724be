//! S017: a file without blocks.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::Span;

/// A file without blocks.
static CODE: Code = Code::warning("S017", "no-block").never_allowed_in_file();

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a file that is empty or contains only comments",
    rationale: "It licenses nothing. Often it is the wrong file, or its contents were lost.",
    bad: Example::Text(
        "# The licenses of Acme
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    how_to_fix: "Check that this is the intended file, or get it again.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for license in cx.licenses {
        // If some text could not be read, those errors are reported instead.
        let empty = license.features.is_empty() && license.broken.is_empty() && !license.has_errors();
        if empty {
            sink.push(
                Diagnostic::new(&CODE, license.source.id(), Span::at(0), "the file contains no blocks")
                    .help("check that this is the intended file"),
            );
        }
    }
}
