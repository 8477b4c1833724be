//! H003: sharing that can never apply.

use crate::diagnostic::Code;
use crate::license::{Count, Kind};
use crate::lint::{Check, Context, Example, Rule, Sink};

/// Sharing that can never apply.
static CODE: Code = Code::warning("H003", "share-without-effect");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "SHARE=HOST, USER or CUSTOM where nothing is counted: on an UNLIMITED license, or on a token that ends in \
           UNLIMITED licenses only",
    why: "Sharing lets several checkouts use one count. Where nothing is counted, it saves nothing, and probably \
          another block was meant.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=UNLIMITED SHARE=HOST }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme COUNT=10 SHARE=HOST }\n"),
    remedy: "Remove SHARE, or limit COUNT.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let counted = cx.graph.ways_to(|id| cx.graph.block(id).is_some_and(|block| counts(block.feature)));
    for block in cx.blocks() {
        let Some(share) = block.feature.share.filter(|share| share.value.counts()) else { continue };
        let message = match block.feature.kind {
            Kind::Exclusive | Kind::Additive if !counts(block.feature) => {
                format!("`{}` is UNLIMITED: sharing saves nothing", block.name())
            }
            Kind::Token if !cx.measures.is_faulty(block.id) && !counted.leads_from(block.id) => {
                format!("`{}` ends in UNLIMITED licenses only: sharing saves nothing", block.name())
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

/// Whether checkouts of a real license use up a number.
fn counts(feature: &crate::license::Feature) -> bool {
    match feature.kind {
        Kind::Exclusive | Kind::Additive => {
            feature.count.is_some_and(|count| count.value != Count::Unlimited)
        }
        Kind::Metered => true,
        _ => false,
    }
}
