//! V026: a HOSTID value that many machines have.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::excerpt;

use super::host_ids;

/// A HOSTID value that many machines have.
static CODE: Code = Code::warning("V026", "common-host-id");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a HOSTID value that many machines have, such as `localhost` or an address of zeros",
    rationale: "The license works on every machine with this value: containers, virtual machines and computers without \
          such an id share the same defaults.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID=\"ETHERNET=000000000000\" }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID=\"ETHERNET=0050569E1A2B\" }\n"),
    how_to_fix: "Ask the customer for the id of a physical network card, or use another type.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (license, _, _, hosts) in host_ids::blocks(cx) {
        for placed in &hosts {
            let host = &placed.host;
            if let Some(why) = host.common() {
                let message =
                    format!("many machines have the host id `{}={}`: {why}", host.kind, excerpt(&host.value));
                let found = Diagnostic::new(&CODE, license.source.id(), placed.span, message);
                sink.push(found.help("use an id that only one machine has"));
            }
        }
    }
}
