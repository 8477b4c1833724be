//! D007: a dependency on another vendor's feature.

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::DependencyTarget;
use keywright_syntax::diagnostic::Code;

use super::unserved;

/// A dependency on another vendor's feature.
static CODE: Code = Code::error("D007", "other-vendor");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a dependency on a feature that only another vendor defines",
    rationale: "Dependencies are resolved within one VENDOR. Tokens cannot draw on another vendor's licenses.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Apex COUNT=10 }
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme COUNT=10 }
",
    ),
    how_to_fix: "Use the same VENDOR in both blocks if one company issues both. Otherwise depend on one of your \
             own licenses.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (fault, block, dependency) in unserved(cx, DependencyTarget::OtherVendor) {
        let name = dependency.feature.value.as_str();
        let vendors: Vec<&str> = cx.graph.vendors_of(name).map(|named| named.vendor.as_str()).collect();
        let message = format!(
            "`{}` of `{}` depends on `{name}`, which only {} defines",
            block.name(),
            block.vendor(),
            message::list(&vendors),
        );
        let mut found = cx
            .found(&CODE, &block, dependency.feature.span, message)
            .help("check VENDOR of both blocks; dependencies are resolved within one VENDOR");
        let other = cx.graph.vendors_of(name).find_map(|named| cx.graph.block(*named.blocks.first()?));
        if let Some((other, vendor)) = other.and_then(|other| Some((other, other.feature.vendor.as_ref()?))) {
            found =
                found.also_in(other.license.source.id(), vendor.span, format!("`{name}` is defined here"));
        }
        sink.push(super::also_needed(found, cx, &fault));
    }
}
