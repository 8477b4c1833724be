//! V025: a HOSTID value in another spelling than the canonical one.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::excerpt;

use super::host_ids;

/// A HOSTID value in another spelling than the canonical one.
static CODE: Code = Code::warning("V025", "host-id-spelling");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a HOSTID value in an unusual spelling, such as an ETHERNET address with colons",
    rationale: "License servers compare host ids as text, so another spelling may not match the computer. ETHERNET is \
          written as 12 capital digits, IPADDRESS and UUID as their standards write them.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID=\"ETHERNET=00:50:56:9e:1a:2b\" }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID=\"ETHERNET=0050569E1A2B\" }\n"),
    how_to_fix: "Apply the fix.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (license, _, _, hosts) in host_ids::blocks(cx) {
        for placed in &hosts {
            let host = &placed.host;
            let Some(canonical) = host.canonical().ok().filter(|canonical| *canonical != host.value) else {
                continue;
            };
            let message =
                format!("`{}` is not the usual spelling of this {} value", excerpt(&host.value), host.kind);
            let written = format!("{}={canonical}", host.kind);
            let found = Diagnostic::new(&CODE, license.source.id(), placed.span, message);
            let help = format!("write `{written}`");
            sink.push(found.help(help.clone()).safe_fix(help, placed.span, written));
        }
    }
}
