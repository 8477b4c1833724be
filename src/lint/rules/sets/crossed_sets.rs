//! X004: a dependency on a block of another customer.

use std::collections::HashSet;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::folded_customer;
use keywright_resolve::graph::{GraphBlock, Hop};
use keywright_syntax::diagnostic::{Code, Diagnostic};

use super::{crossings, licensee, two_names};

/// A dependency on a block of another customer.
static CODE: Code = Code::error("X004", "crossed-sets");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a token whose dependency only blocks with another LICENSEE can serve",
    rationale: "The token uses up licenses of another customer, and cannot run on the server of its own. A token may \
          draw on another purchase (SN) of the same customer.",
    bad: Example::Files(&[
        (
            "tokens.lic",
            "FEATURE Draw { VENDOR=Acme LICENSEE=One KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }\n",
        ),
        ("pool.lic", "FEATURE Pool { VENDOR=Acme LICENSEE=Two COUNT=10 }\n"),
    ]),
    good: Example::Files(&[
        (
            "tokens.lic",
            "FEATURE Draw { VENDOR=Acme LICENSEE=One KEYTYPE=TOKEN TOKEN_DEPENDENCY=\"FEATURE=Pool VERSION=1.0 COUNT=1\" }\n",
        ),
        ("pool.lic", "FEATURE Pool { VENDOR=Acme LICENSEE=One COUNT=10 }\n"),
    ]),
    how_to_fix: "Issue the pool to the customer of the token. Check files of different customers separately.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut reported = HashSet::new();
    for (hop, provider) in crossings(cx) {
        let Some(block) = cx.graph.block(hop.block) else { continue };
        let customer = licensee(block).map(|customer| folded_customer(&customer.name).into_owned());
        if !reported.insert((customer, provider.id)) {
            continue;
        }
        if let Some(finding) = finding(cx, hop, &provider) {
            sink.push(finding);
        }
    }
}

fn finding(cx: &Context<'_>, hop: Hop, provider: &GraphBlock<'_>) -> Option<Diagnostic> {
    let (block, need) = (cx.graph.block(hop.block)?, cx.graph.dependency(hop)?);
    let (own, other) = (licensee(block)?, licensee(provider)?);
    let (token, pool) = (block.name(), &need.feature.value);
    let names = two_names(&own.name, &other.name);
    let message = format!("`{token}` depends on `{pool}` of another customer: {names}");
    let finding = cx
        .found(&CODE, block, need.span, message)
        .also(own.span, "the customer of the token")
        .also_in(provider.license.source.id(), other.span, "the customer of the dependency");
    Some(finding.help("issue the pool to the customer of the token"))
}
