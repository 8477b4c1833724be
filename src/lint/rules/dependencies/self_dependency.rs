//! D002: a token that draws on itself.

use crate::diagnostic::Code;
use crate::graph::Target;
use crate::lint::{Check, Context, Example, Rule, Sink};

/// A token that draws on itself.
static CODE: Code = Code::error("D002", "self-dependency");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a TOKEN block with a dependency on its own name",
    why: "A checkout of it would need another checkout of it, without end. That holds by name: where another block of the \
          name is new enough and this one is not, the circle closes as soon as its VERSION is raised.",
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
    remedy: "Name the real license that the feature is paid from.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks() {
        let own = cx.graph.needs(block.id).find(|(_, _, target)| *target == Target::Itself);
        if let Some((_, dependency, _)) = own {
            let message = format!("the token `{}` draws on itself", block.name());
            sink.push(
                cx.found(&CODE, block, dependency.span, message)
                    .also(block.feature.name.span, "this block")
                    .help("name the real license that it is paid from"),
            );
        }
    }
}
