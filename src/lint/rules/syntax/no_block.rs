//! S017: a file without any block.

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::{Check, Context, Example, Rule, Sink};
use crate::source::Span;

/// A file without any block.
static CODE: Code = Code::warning("S017", "no-block");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a file that is empty, or holds comments only",
    why: "It licenses nothing. Often the wrong file was taken, or what was in it got lost.",
    bad: Example::Text(
        "# The licenses of Acme
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 }
",
    ),
    remedy: "Look whether it is the file that was meant, or fetch it again.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for license in cx.licenses {
        // Where something could not be read, that is what is wrong with the file.
        let empty = license.features.is_empty() && license.broken.is_empty() && !license.has_errors();
        if empty {
            sink.push(
                Diagnostic::new(&CODE, license.source.id(), Span::at(0), "the file holds no block")
                    .help("look whether it is the file that was meant"),
            );
        }
    }
}
