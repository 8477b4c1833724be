//! S011: a KEY that was shortened for publication.

use crate::{Check, Context, Example, Rule, Sink, Stage};
use keywright_syntax::diagnostic::{Code, Diagnostic};

/// A KEY that was shortened for publication.
static CODE: Code = Code::error("S011", "elided-key").never_allowed_in_file();

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a KEY that ends in `...`",
    rationale: "Documentation shortens KEYs like this. Such a block is an example, not a license: it cannot be \
          verified.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 KEY=mYsfn30C6ShBYszCq2WVicpTZXQwkf... }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    how_to_fix: "Copy the complete KEY from the issued file, or remove it and sign the block with `keywright \
             sign`.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // Signing replaces the KEY.
    if cx.options.stage == Stage::Signing {
        return;
    }
    for license in cx.licenses {
        for feature in &license.features {
            let elided = license.key(feature).is_some_and(|key| is_elided(&key));
            let Some(place) = feature.key.filter(|_| elided) else { continue };
            let message = format!(
                "KEY of `{}` is elided: the rest of it is missing",
                keywright_syntax::excerpt(feature.name.value.as_str())
            );
            sink.push(
                Diagnostic::new(&CODE, license.source.id(), place, message)
                    .help("copy the complete KEY from the issued file, or sign with `keywright sign`"),
            );
        }
    }
}

/// Returns true if a KEY was shortened for publication.
pub(crate) fn is_elided(key: &str) -> bool {
    key.ends_with("...") || key.ends_with('…')
}
