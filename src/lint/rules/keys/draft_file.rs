//! K002: a file that is not signed.

use crate::{Check, Context, Example, Rule, Sink, Stage};
use keywright_syntax::diagnostic::{Code, Diagnostic};

use super::is_draft;

/// A file that is not signed.
static CODE: Code = Code::note("K002", "draft-file");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a file in which no block has a KEY",
    rationale: "The file is a draft: license servers do not accept it yet.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5
  KEY=AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }
",
    ),
    how_to_fix: "Ignore the note while you edit the file. `keywright sign` adds the KEYs.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx.options.stage == Stage::Signing {
        return;
    }
    for license in cx.licenses.iter().filter(|license| is_draft(license)) {
        if let Some(first) = license.features.first() {
            sink.push(
                Diagnostic::new(
                    &CODE,
                    license.source.id(),
                    first.name.span,
                    "draft file: no block has a KEY",
                )
                .help("sign the file with `keywright sign`"),
            );
        }
    }
}
