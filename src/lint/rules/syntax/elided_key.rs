//! S011: a KEY that was cut short where it was published.

use crate::diagnostic::{Code, Diagnostic};
use crate::lint::{Check, Context, Example, Rule, Sink, Stage};

/// A KEY that was cut short where it was published.
static CODE: Code = Code::error("S011", "elided-key");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a KEY that ends in `...`",
    why: "Documentation shows keys like that. It is an example, not a license: nothing can verify it.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 KEY=mYsfn30C6ShBYszCq2WVicpTZXQwkf... }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    remedy: "Take the whole KEY from the file as it was issued, or remove it and sign with `keywright sign`.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // Signing replaces it.
    if cx.options.stage == Stage::Signing {
        return;
    }
    for license in cx.licenses {
        for feature in &license.features {
            let Some(key) = feature.key.as_ref().filter(|key| is_elided(&key.value)) else { continue };
            let message =
                format!("the KEY of `{}` is elided", crate::syntax::excerpt(feature.name.value.as_str()));
            sink.push(
                Diagnostic::new(&CODE, license.source.id(), key.span, message)
                    .help("take the whole KEY from the file as it was issued, or sign with `keywright sign`"),
            );
        }
    }
}

/// Whether a KEY stands for one that was cut short where it was published.
pub(in crate::lint) fn is_elided(key: &str) -> bool {
    key.ends_with("...") || key.ends_with('…')
}
