//! H003: sharing that has no effect.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::{Count, Kind};
use keywright_syntax::diagnostic::Code;

/// Sharing that has no effect.
static CODE: Code = Code::warning("H003", "share-without-effect");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "SHARE=HOST, USER or CUSTOM where nothing is counted: on an UNLIMITED license, or on a token that \
           draws only on UNLIMITED licenses",
    rationale: "Sharing lets several checkouts use one count. Where nothing is counted it saves nothing, and the \
          SHARE was probably meant for another block.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=UNLIMITED SHARE=HOST }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=10 SHARE=HOST }\n"),
    how_to_fix: "Remove SHARE, or limit COUNT.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let counted = cx.graph.ways_to(|id| cx.graph.block(id).is_some_and(|block| counts(block.feature)));
    for block in cx.blocks() {
        let Some(share) = block.feature.share.filter(|share| share.value.counts()) else { continue };
        let message = match block.feature.kind {
            Kind::Exclusive | Kind::Additive if !counts(block.feature) => {
                format!("SHARE has no effect: `{}` is UNLIMITED", block.name())
            }
            Kind::Token if !cx.measures.is_faulty(block.id) && !counted.leads_from(block.id) => {
                format!("SHARE has no effect: `{}` draws only on UNLIMITED licenses", block.name())
            }
            _ => continue,
        };
        let mut found = cx.found(&CODE, block, share.span, message).help("remove SHARE, or limit COUNT");
        if let Some(count) = block.feature.count {
            found = found.also(count.span, "nothing is counted here");
        }
        sink.push(found);
    }
}

/// Returns true if checkouts of a real license are counted.
fn counts(feature: &keywright_license::Feature) -> bool {
    match feature.kind {
        Kind::Exclusive | Kind::Additive => {
            feature.count.is_some_and(|count| count.value != Count::Unlimited)
        }
        Kind::Metered => true,
        _ => false,
    }
}
