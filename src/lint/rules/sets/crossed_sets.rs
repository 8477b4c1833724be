//! X004: a dependency on another set.

use std::collections::HashSet;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::Code;

use super::crossings;

/// A dependency on another set.
static CODE: Code = Code::error("X004", "crossed-sets");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    what: "a token with an SN whose dependency only blocks with another SN can serve",
    why: "Tokens and the licenses they draw on are sold together. A token that draws on another set uses up \
          licenses of a different purchase, and stops working when that purchase is not renewed.",
    bad: Example::Files(&[
        (
            "tokens.lic",
            "FEATURE Draw { VENDOR=Acme SN=A-1001 KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }\n",
        ),
        ("pool.lic", "FEATURE Pool { VENDOR=Acme SN=A-1002 COUNT=10 }\n"),
    ]),
    good: Example::Files(&[
        (
            "tokens.lic",
            "FEATURE Draw { VENDOR=Acme SN=A-1001 KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }\n",
        ),
        ("pool.lic", "FEATURE Pool { VENDOR=Acme SN=A-1001 COUNT=10 }\n"),
    ]),
    remedy: "Issue the token together with its pool. Leave out SN in blocks that belong to all sets.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut reported = HashSet::new();
    for (hop, provider) in crossings(cx) {
        let (Some(block), Some(need)) = (cx.graph.block(hop.block), cx.graph.dependency(hop)) else {
            continue;
        };
        let (Some(own), Some(other)) = (&block.feature.sn, &provider.feature.sn) else { continue };
        if !reported.insert((own.value.as_str(), provider.id)) {
            continue;
        }
        let message = format!(
            "`{}` of set `{}` depends on `{}` of set `{}`",
            block.name(),
            own.value,
            need.feature.value,
            other.value,
        );
        sink.push(
            cx.found(&CODE, block, need.span, message)
                .also(own.span, "the token's set")
                .also_in(provider.license.source.id(), other.span, "the set of the dependency")
                .help("issue the token together with its pool, in one set"),
        );
    }
}
