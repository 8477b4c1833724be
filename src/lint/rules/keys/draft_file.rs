//! K002: a file in which nothing is signed yet.

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::{Check, Context, Example, Rule, Sink, Stage};

use super::is_draft;

/// A file in which nothing is signed yet.
static CODE: Code = Code::note("K002", "draft-file");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a file in which no block has a KEY",
    why: "It is a draft: no license server accepts it yet.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    remedy: "Nothing, while it is being written; `keywright sign` writes the KEYs.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx.options.stage == Stage::Signing {
        return;
    }
    for license in cx.licenses.iter().filter(|license| is_draft(license)) {
        if let Some(first) = license.features.first() {
            sink.push(
                Diagnostic::new(&CODE, license.source.id(), first.name.span, "a draft: no block has a KEY")
                    .help("`keywright sign` writes the KEYs"),
            );
        }
    }
}
