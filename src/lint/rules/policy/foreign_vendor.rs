//! P001: a VENDOR that the configuration does not name.

use crate::message;
use crate::{Check, Context, Example, Policy, Rule, Sink};
use keywright_syntax::diagnostic::{Code, Diagnostic, nearest};

/// A VENDOR that the configuration does not name.
static CODE: Code = Code::error("P001", "foreign-vendor");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block whose VENDOR is not named in `keywright.toml`",
    rationale: "A misspelled vendor name is still a valid name: the block would be accepted, but no client would \
          ever request it.",
    bad: Example::Configured {
        config: "vendor = \"Acme\"\n",
        policy,
        text: "FEATURE Draw { VENDOR=Acmee COUNT=5 }\n",
    },
    good: Example::Configured {
        config: "vendor = \"Acme\"\n",
        policy,
        text: "FEATURE Draw { VENDOR=Acme COUNT=5 }\n",
    },
    how_to_fix: "Use the configured vendor name, or add this one to `vendor` in `keywright.toml`.",
    check: Check::Project(check),
};

fn policy() -> Policy {
    Policy { vendors: vec!["Acme".to_owned()], ..Policy::default() }
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let ours = &cx.options.policy.vendors;
    if ours.is_empty() {
        return;
    }
    for license in cx.licenses {
        for vendor in license.features.iter().filter_map(|feature| feature.vendor.as_ref()) {
            let name = vendor.value.as_str();
            if ours.iter().any(|known| known == name) {
                continue;
            }
            let (noun, verb) = if ours.len() == 1 { ("vendor", "is") } else { ("vendors", "are") };
            let message =
                format!("unexpected vendor `{name}`: the configured {noun} {verb} {}", message::list(ours));
            let help = match nearest(name, ours.iter().map(String::as_str)) {
                Some(suggestion) => format!("did you mean `{suggestion}`?"),
                None => "if the name is correct, add it to `vendor` in `keywright.toml`".to_owned(),
            };
            sink.push(Diagnostic::new(&CODE, license.source.id(), vendor.span, message).help(help));
        }
    }
}
