//! V027: the same HOSTID twice on one block.

use std::collections::HashMap;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::HostId;
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::excerpt;
use keywright_syntax::source::Span;

use super::host_ids;

/// The same HOSTID twice on one block.
static CODE: Code = Code::warning("V027", "repeated-host-id");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a HOSTID that the same block already has, also in another spelling",
    rationale: "It counts twice for HOSTID_MATCH_RATE. Usually one of the two should be another value.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID=\"CUSTOM=a1\" HOSTID=\"CUSTOM=a1\" }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID=\"CUSTOM=a1\" HOSTID=\"CUSTOM=b2\" }\n"),
    how_to_fix: "Remove one of the two, or correct it.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (license, feature, _, hosts) in host_ids::blocks(cx) {
        let mut seen: HashMap<HostId, Span> = HashMap::new();
        for placed in &hosts {
            let Some(first) = seen.insert(placed.host.comparable(), placed.span) else { continue };
            seen.insert(placed.host.comparable(), first);
            let (name, host) = (feature.name.value.as_str(), &placed.host);
            let message = format!("`{name}` has the host id `{}={}` twice", host.kind, excerpt(&host.value));
            let found = Diagnostic::new(&CODE, license.source.id(), placed.span, message);
            sink.push(found.also(first, "also here").help("remove one of the two, or correct it"));
        }
    }
}
