//! C004: an UPGRADE without an EXCLUSIVE block.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::Kind;
use keywright_syntax::diagnostic::Code;

/// An UPGRADE without an EXCLUSIVE block.
static CODE: Code = Code::error("C004", "upgrade-without-exclusive");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "an UPGRADE block without an EXCLUSIVE block of the same name in any of the files",
    rationale: "An UPGRADE adds its COUNT to the EXCLUSIVE block of the same name and grants nothing on its own.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=UPGRADE COUNT=5 }\n"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=10 }
FEATURE Draw { VENDOR=Acme KEYTYPE=UPGRADE COUNT=5 }
",
    ),
    how_to_fix: "Include the file with the EXCLUSIVE block in the same run, or use KEYTYPE=ADDITIVE for a separate \
             pool.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for named in cx.graph.names() {
        let name = named.name.as_str();
        let blocks = || named.blocks.iter().filter_map(|id| cx.graph.block(*id));
        let exclusive = blocks().any(|block| block.feature.kind == Kind::Exclusive);
        // D011 reports tokens that depend only on UPGRADE blocks.
        let is_reported = named.drawn && named.newest.is_none();
        if exclusive || is_reported || cx.graph.may_be_unread(name) {
            continue;
        }
        if let Some(upgrade) = blocks().find(|block| block.feature.kind == Kind::Upgrade) {
            let place = upgrade.feature.keytype.map_or(upgrade.feature.name.span, |keytype| keytype.span);
            let message = format!("UPGRADE of `{name}`, which has no EXCLUSIVE block");
            sink.push(
                cx.found(&CODE, upgrade, place, message)
                    .help("include the file that contains it, or use KEYTYPE=ADDITIVE"),
            );
        }
    }
}
