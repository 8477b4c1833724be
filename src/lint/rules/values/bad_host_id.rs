//! V024: a HOSTID value that cannot be one of its type.

use crate::{Check, Context, Example, Rule, Sink};
use keywright_syntax::diagnostic::{Code, Diagnostic, is_slip};
use keywright_syntax::excerpt;

use super::host_ids;

/// A HOSTID value that cannot be one of its type.
static CODE: Code = Code::error("V024", "bad-host-id");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a HOSTID value that no computer can have, such as an IP address with a number above 255",
    rationale: "No computer matches it, so the license never works. The same is true for a misspelled type. Types that \
          are not in the list of keywright are not checked.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID=\"IPADDRESS=999.1.1.1\" }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme HOSTID=\"IPADDRESS=192.168.1.10\" }\n"),
    how_to_fix: "Ask the customer for the value again.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for (license, _, _, hosts) in host_ids::blocks(cx) {
        for placed in &hosts {
            let kind = placed.host.kind.as_str();
            let mut found = |message: String, help: String| {
                let found = Diagnostic::new(&CODE, license.source.id(), placed.span, message);
                sink.push(found.help(help));
            };
            if let Err(expected) = placed.host.canonical() {
                let shown = excerpt(&placed.host.value);
                found(format!("`{shown}` is not a value of {kind}"), format!("expected {expected}"));
            } else if let Some(meant) = misspelled(kind) {
                found(
                    format!("unknown host id type `{}`", excerpt(kind)),
                    format!("did you mean `{meant}`?"),
                );
            }
        }
    }
}

/// Returns the type that was meant by a misspelled one.
fn misspelled(kind: &str) -> Option<&'static str> {
    let mut known = keywright_license::host_id_types();
    let is_known = keywright_license::host_id_types().any(|known| known == kind);
    known.find(|known| !is_known && is_slip(kind, known))
}
