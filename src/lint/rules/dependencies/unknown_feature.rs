//! D005: a dependency on an unknown feature.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::DependencyTarget;
use keywright_syntax::diagnostic::{Code, nearest};

use super::unserved;

/// A dependency on an unknown feature.
static CODE: Code = Code::error("D005", "unknown-feature");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a dependency on a feature that is not defined in any of the files",
    rationale: "Nothing can serve the dependency, so every checkout of the token is denied. Usually the name is \
          misspelled, or the file with the real license was not included.",
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
    how_to_fix: "Correct the name, add the block, or include the file that defines it in the same run.",
    check: Check::Project(check),
};

/// Maximum number of name comparisons per run for suggestions.
const MAX_COMPARISONS: usize = 200_000;

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut budget = MAX_COMPARISONS;
    for (fault, block, dependency) in unserved(cx, DependencyTarget::Unknown) {
        let name = dependency.feature.value.as_str();
        let known = || cx.graph.names().iter().filter(|named| named.vendor.as_str() == block.vendor());
        let suggestion = match budget.checked_sub(cx.graph.names().len()) {
            Some(rest) => {
                budget = rest;
                nearest(name, known().map(|named| named.name.as_str()).filter(|known| *known != block.name()))
            }
            None => None,
        };
        let message =
            format!("`{}` depends on `{name}`, which is not defined in any of these files", block.name());
        let found = cx.found(&CODE, &block, dependency.feature.span, message);
        let found = match suggestion {
            Some(suggestion) => found.did_you_mean(suggestion),
            None => found.help("add the block, or include the file that contains it"),
        };
        sink.push(super::also_needed(found, cx, &fault));
    }
}
