//! D008: a dependency on a license that tokens cannot draw on.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::Kind;
use keywright_resolve::graph::DependencyTarget;
use keywright_syntax::diagnostic::Code;

use super::unserved;

/// A dependency on a license that tokens cannot draw on.
static CODE: Code = Code::error("D008", "not-drawable");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a dependency on a feature that has only local or ACTIVATION blocks",
    rationale: "A local license is not counted, and an ACTIVATION license is bound to a device. A token can draw on \
          neither.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme KEYTYPE=ACTIVATION COUNT=10 }
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme KEYTYPE=EXCLUSIVE COUNT=10 }
",
    ),
    how_to_fix: "Depend on a floating license (EXCLUSIVE, ADDITIVE), on another TOKEN, or on a METERED license.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (fault, block, dependency) in unserved(cx, DependencyTarget::NotDrawable) {
        let name = dependency.feature.value.as_str();
        let holders = cx.graph.named(block.vendor(), name);
        let Some(holder) = holders.and_then(|named| cx.graph.block(*named.blocks.first()?)) else { continue };
        let (kind, help) = match holder.feature.kind {
            Kind::Local => ("a local license", "add COUNT to the block of the license to make it a pool"),
            _ => ("an ACTIVATION license", "depend on a floating license: EXCLUSIVE or ADDITIVE with COUNT"),
        };
        let message = format!("`{}` cannot draw on `{name}`, which is {kind}", block.name());
        let place = holder.feature.keytype.map_or(holder.feature.name.span, |keytype| keytype.span);
        let found = cx
            .found(&CODE, &block, dependency.span, message)
            .also_in(holder.license.source.id(), place, format!("tokens cannot draw on {kind}"))
            .help(help);
        sink.push(super::also_needed(found, cx, &fault));
    }
}
