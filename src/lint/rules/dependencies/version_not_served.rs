//! D006: a dependency on a version that no block serves.

use std::collections::BTreeSet;

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::Version;
use keywright_resolve::graph::DependencyTarget;
use keywright_syntax::diagnostic::Code;

use super::unserved;

/// A dependency on a version that no block serves.
static CODE: Code = Code::error("D006", "version-not-served");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a dependency on a version that is newer than every block of that feature",
    rationale: "VERSION of a block is the highest version that may be checked out, so nothing serves the dependency. \
          Versions are compared as pairs of numbers: 1.10 is newer than 1.2.",
    bad: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=2.0 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme VERSION=1.5 COUNT=10 }
",
    ),
    good: Example::Text(
        "FEATURE Draw
{
  VENDOR=Acme KEYTYPE=TOKEN
  TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.5 COUNT=1\"
}
FEATURE Pool { VENDOR=Acme VERSION=1.5 COUNT=10 }
",
    ),
    how_to_fix: "Request a version that is served, or issue a block for the newer version.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (fault, block, dependency) in unserved(cx, DependencyTarget::TooOld) {
        let name = dependency.feature.value.as_str();
        let Some(named) = cx.graph.named(block.vendor(), name) else { continue };
        let versions: BTreeSet<Version> =
            cx.graph.providers(named).map(|provider| provider.feature.version).collect();
        let newest_first: Vec<Version> = versions.into_iter().rev().collect();
        let message =
            format!("`{}` needs `{name}` {}, which no block serves", block.name(), dependency.version);
        let mut found = cx
            .found(&CODE, &block, dependency.span, message)
            .help(format!("available versions: {}", message::list(&newest_first)));
        let newest =
            cx.graph.providers(named).find(|provider| Some(provider.feature.version) == named.newest);
        if let Some(provider) = newest {
            let place = provider.feature.version_span.unwrap_or(provider.feature.name.span);
            let text = format!("serves up to {}", provider.feature.version);
            found = found.also_in(provider.license.source.id(), place, text);
        }
        sink.push(super::also_needed(found, cx, &fault));
    }
}
