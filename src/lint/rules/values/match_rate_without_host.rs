//! V028: HOSTID_MATCH_RATE on a block without HOSTID.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::{Code, Diagnostic};

use super::host_ids;

/// HOSTID_MATCH_RATE on a block without HOSTID.
static CODE: Code = Code::warning("V028", "match-rate-without-host");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "HOSTID_MATCH_RATE on a block without HOSTID",
    rationale: "The rate is a percentage of the host ids of the block. Without any, it has no effect, and the license works \
          on every machine.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID_MATCH_RATE=50 }\n"),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme HOSTID=\"CUSTOM=a1\" HOSTID=\"CUSTOM=b2\" HOSTID_MATCH_RATE=50 }\n",
    ),
    how_to_fix: "Add the host ids, or remove HOSTID_MATCH_RATE.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (license, feature, directives, _) in host_ids::blocks(cx) {
        let slice = |span| license.source.slice(span);
        if directives.iter().any(|directive| slice(directive.name) == "HOSTID") {
            continue;
        }
        if let Some(rate) = directives.iter().find(|directive| slice(directive.name) == "HOSTID_MATCH_RATE") {
            let message = format!("`{}` has HOSTID_MATCH_RATE, but no HOSTID", feature.name.value);
            let found = Diagnostic::new(&CODE, license.source.id(), rate.name, message);
            sink.push(found.help("add the host ids, or remove HOSTID_MATCH_RATE"));
        }
    }
}
