//! C006: an UPGRADE without a limit.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::{Count, Kind};
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::Code;

/// An UPGRADE without a limit.
static CODE: Code = Code::error("C006", "upgrade-of-unlimited");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "an UPGRADE that is UNLIMITED, or that adds to an UNLIMITED block",
    rationale: "Adding to an unlimited number has no effect. License servers reject both.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=10 }
FEATURE Draw { VENDOR=Acme KEYTYPE=UPGRADE COUNT=UNLIMITED }
",
    ),
    good: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=UNLIMITED }\n"),
    how_to_fix: "Reissue the EXCLUSIVE block as UNLIMITED, with REPLACES, or give both blocks a number.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for named in cx.graph.names() {
        let blocks = || named.blocks.iter().filter_map(|id| cx.graph.block(*id));
        let endless = |block: &&GraphBlock<'_>| {
            block.feature.count.is_some_and(|count| count.value == Count::Unlimited)
        };
        let base = blocks().filter(|block| block.feature.kind == Kind::Exclusive).find(endless);
        for upgrade in blocks().filter(|block| block.feature.kind == Kind::Upgrade) {
            let Some(count) = upgrade.feature.count else { continue };
            let help = "give both blocks a number, or reissue the EXCLUSIVE block as UNLIMITED";
            if endless(&upgrade) {
                let message = format!("UPGRADE of `{}` is UNLIMITED", upgrade.name());
                sink.push(cx.found(&CODE, upgrade, count.span, message).help(help));
            } else if let Some(base) = base {
                let message = format!("UPGRADE of `{}`, which is UNLIMITED", upgrade.name());
                let place = base.feature.count.map_or(base.feature.name.span, |count| count.span);
                let found = cx.found(&CODE, upgrade, count.span, message).help(help);
                sink.push(found.also_in(
                    base.license.source.id(),
                    place,
                    "nothing can be added to this block",
                ));
            }
        }
    }
}
