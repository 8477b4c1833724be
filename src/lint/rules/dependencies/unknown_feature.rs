//! D005: a dependency on a feature that is nowhere.

use crate::diagnostic::{Code, nearest};
use crate::graph::Target;
use crate::lint::{Check, Context, Example, Rule, Sink};

use super::unserved;

/// A dependency on a feature that is nowhere.
static CODE: Code = Code::error("D005", "unknown-feature");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a dependency on a feature of which no block stands in any of the files",
    why: "Nothing can serve it, so that no checkout of the token is ever granted. Most often the name is misspelt, or \
          the file with the real license was not handed over.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pol VERSION=1.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme COUNT=10 }
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
    remedy: "Correct the name, add the block, or give the file that holds it to the same run.",
    check: Check::Whole(check),
};

/// Most names that are compared in one run, to find what was meant: beyond that no proposals are made.
const MAX_COMPARISONS: usize = 200_000;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut room = MAX_COMPARISONS;
    for (fault, block, dependency) in unserved(cx, Target::Unknown) {
        let name = dependency.feature.value.as_str();
        let known = || cx.graph.names().iter().filter(|named| named.vendor.as_str() == block.vendor());
        let meant = match room.checked_sub(cx.graph.names().len()) {
            Some(rest) => {
                room = rest;
                nearest(name, known().map(|named| named.name.as_str()).filter(|known| *known != block.name()))
            }
            None => None,
        };
        let message = format!("`{}` draws on `{name}`, which is nowhere", block.name());
        let found = cx.found(&CODE, &block, dependency.feature.span, message);
        let found = match meant {
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found.help("add the block, or hand over the file that holds it"),
        };
        sink.push(super::also_needed(found, cx, &fault));
    }
}
