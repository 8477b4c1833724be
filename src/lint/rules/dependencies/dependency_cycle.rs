//! D001: a dependency cycle.

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::Hop;
use keywright_syntax::diagnostic::Code;

/// A dependency cycle.
static CODE: Code = Code::error("D001", "dependency-cycle");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "tokens that depend on each other in a cycle",
    rationale: "A checkout would require itself and never reach a real license. License servers reject the file.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Print VERSION=1.0 COUNT=1\"
}
FEATURE Print
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Draw VERSION=1.0 COUNT=1\"
}
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Print VERSION=1.0 COUNT=1\"
}
FEATURE Print
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme COUNT=10 }
",
    ),
    how_to_fix: "Decide which feature is the base, and let it draw on a real license, that is a block with COUNT.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for cycle in &cx.measures.cycles {
        let Some((first, block)) = cycle.first().and_then(|hop| Some((hop, cx.graph.block(hop.block)?)))
        else {
            continue;
        };
        let blocks = cycle.iter().map(|hop: &Hop| hop.block).chain([first.block]);
        let message = format!("dependency cycle: {}", message::chain(cx.graph, blocks));
        let Some(dependency) = cx.graph.dependency(*first) else { continue };
        let found = cx
            .found(&CODE, block, dependency.span, message)
            .label(format!("`{}` depends on `{}`", block.name(), dependency.feature.value))
            .help("let one of them depend on a real license (a block with COUNT) instead");
        sink.push(message::along(found, cx.graph, cycle.get(1..).unwrap_or_default()));
    }
}
