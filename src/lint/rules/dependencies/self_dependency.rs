//! D002: a token that depends on itself.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::DependencyTarget;
use keywright_syntax::diagnostic::Code;

/// A token that depends on itself.
static CODE: Code = Code::error("D002", "self-dependency");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a TOKEN block with a dependency on its own name",
    rationale: "A checkout would require another checkout of the same token, without end. The rule compares names \
          only: even if another block of this name serves the dependency today, the cycle closes as soon as \
          the VERSION of this block is raised.",
    bad: Example::Text(
        "FEATURE Draw
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
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme COUNT=10 }
",
    ),
    how_to_fix: "Name the real license that the token draws on.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks() {
        let own = cx.graph.needs(block.id).find(|(_, _, target)| *target == DependencyTarget::Itself);
        if let Some((_, dependency, _)) = own {
            let message = format!("token `{}` depends on itself", block.name());
            sink.push(
                cx.found(&CODE, block, dependency.span, message)
                    .also(block.feature.name.span, "this block")
                    .help("name the real license that the token draws on"),
            );
        }
    }
}
