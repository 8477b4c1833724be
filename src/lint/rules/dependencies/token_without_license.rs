//! D011: a token without a real license.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::DependencyTarget;
use keywright_syntax::diagnostic::Code;

use super::unserved;

/// A token without a real license.
static CODE: Code = Code::error("D011", "token-without-license");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a token whose chain ends at UPGRADE blocks without the license that they add to",
    rationale: "An UPGRADE has no licenses of its own: it adds its COUNT to the EXCLUSIVE block of the same name. \
          Without that block there is nothing to draw, and every checkout of the token is denied.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme KEYTYPE=UPGRADE COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=10 }
FEATURE Pool { VENDOR=Acme KEYTYPE=UPGRADE COUNT=5 }
",
    ),
    how_to_fix: "Add the EXCLUSIVE block that the upgrade was sold for, or include the file that contains it.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (fault, block, dependency) in unserved(cx, DependencyTarget::OnlyUpgrades) {
        let name = dependency.feature.value.as_str();
        let message =
            format!("token `{}` has no real license: `{name}` has only UPGRADE blocks", block.name());
        let mut found = cx
            .found(&CODE, &block, dependency.span, message)
            .help(format!("add the EXCLUSIVE block of `{name}`, or include the file that contains it"));
        let upgrades = cx.graph.named(block.vendor(), name).map(|named| named.blocks.as_slice());
        for upgrade in upgrades.unwrap_or_default().iter().take(3).filter_map(|id| cx.graph.block(*id)) {
            let place = upgrade.feature.keytype.map_or(upgrade.feature.name.span, |keytype| keytype.span);
            found = found.also_in(upgrade.license.source.id(), place, "adds to a missing EXCLUSIVE block");
        }
        sink.push(super::also_needed(found, cx, &fault));
    }
}
