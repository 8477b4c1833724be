//! H001: a shared token that draws on a shared block.

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::Kind;
use keywright_resolve::graph::GraphBlockId;
use keywright_syntax::diagnostic::Code;

/// A shared token that draws on a shared block.
static CODE: Code = Code::error("H001", "double-sharing");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a TOKEN with SHARE=HOST, USER or CUSTOM that reaches, at any depth and through any alternative, \
           another block with one of these three values",
    rationale: "A token and its dependencies cannot both be shared: it would be unclear which checkouts share which \
          count. License servers reject the file.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN SHARE=HOST
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=3\"
}
FEATURE Pool { VENDOR=Acme COUNT=9 SHARE=HOST }
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=3\"
}
FEATURE Pool { VENDOR=Acme COUNT=9 SHARE=HOST }
",
    ),
    how_to_fix: "Share the token if several runs of one product on a host should cost one checkout. Share the \
             license if different products on a host should together cost only as much as the largest of them.",
    check: Check::Project(check),
};

/// Maximum number of graph steps per run to show the chains.
const MAX_STEPS: usize = 1_000_000;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // H002 reports these SHARE values on other kinds of blocks.
    let is_shared = |id: GraphBlockId| {
        cx.graph.block(id).is_some_and(|block| {
            let kind = block.feature.kind;
            block.feature.shares_counts() && matches!(kind, Kind::Exclusive | Kind::Additive | Kind::Token)
        })
    };
    let ways = cx.graph.ways_to(is_shared);
    let mut budget = MAX_STEPS;
    for block in cx.blocks().filter(|block| block.is_token()) {
        let Some(share) = block.feature.share.filter(|share| share.value.counts()) else { continue };
        if budget == 0 {
            // Such chains are errors because of their length; once they are fixed, the next run shows the rest.
            break;
        }
        let Some(chain) = cx.graph.way(&ways, block.id, is_shared, &mut budget) else { continue };
        let Some((end, culprit)) =
            cx.graph.block(chain.end).and_then(|end| Some((end, end.feature.share.as_ref()?)))
        else {
            continue;
        };
        let message = format!(
            "`{}` and its dependency `{}` are both shared: {}",
            block.name(),
            end.name(),
            message::chain(cx.graph, chain.blocks()),
        );
        let found = cx
            .found(&CODE, block, share.span, message)
            .label("the token is shared")
            .help("keep SHARE on one of the two");
        let found = message::along_chain(found, cx.graph, &chain);
        sink.push(found.also_in(end.license.source.id(), culprit.span, "the dependency is shared as well"));
    }
}
