//! P002: a directive that the configuration does not list.

use crate::{Check, Context, Example, Policy, Rule, Sink};
use keywright_license::directive;
use keywright_syntax::diagnostic::{Code, Diagnostic};

/// A directive that the configuration does not list.
static CODE: Code = Code::error("P002", "unused-directive");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a directive that is not listed under `directives` in `keywright.toml`",
    rationale: "A client that was never tested with a directive may ignore it. The list prevents such a license from \
          being sent out.",
    bad: Example::Configured {
        config: "directives = [\"COUNT\", \"VERSION\"]\n",
        policy,
        text: "FEATURE Draw { VENDOR=Acme COUNT=5 BORROW=24 }\n",
    },
    good: Example::Configured {
        config: "directives = [\"COUNT\", \"VERSION\"]\n",
        policy,
        text: "FEATURE Draw { VENDOR=Acme COUNT=5 }\n",
    },
    how_to_fix: "Remove the directive, or add it to `directives` in `keywright.toml`.",
    check: Check::Project(check),
};

fn policy() -> Policy {
    Policy { directives: vec!["COUNT".to_owned(), "VERSION".to_owned()], ..Policy::default() }
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let used = &cx.options.policy.directives;
    if used.is_empty() {
        return;
    }
    for license in cx.licenses {
        for (_, block) in license.tree.blocks() {
            for written in block.directives() {
                let name = license.source.slice(written.name);
                // V001 reports unknown directives.
                let Some(row) = directive(name) else { continue };
                if row.mandatory || used.iter().any(|known| known == name) {
                    continue;
                }
                let message = format!("`{name}` is not listed under `directives` in the configuration");
                let help = "remove it, or add it to `directives` in `keywright.toml`";
                sink.push(Diagnostic::new(&CODE, license.source.id(), written.name, message).help(help));
            }
        }
    }
}
