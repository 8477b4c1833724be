//! H002: a value of SHARE that the kind of block cannot have.

use crate::diagnostic::Code;
use crate::license::{Kind, Share};
use crate::lint::phrase;
use crate::lint::{Check, Context, Example, Rule, Sink};

/// A value of SHARE that the kind of block cannot have.
static CODE: Code = Code::error("H002", "misplaced-share");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a value of SHARE that has no meaning on this kind of block",
    why: "HOST, USER and CUSTOM share the count of floating licenses; TERMINALSERVER and SINGLE are for local ones; \
          VIRTUAL and CLOUD for both. What METERED blocks give is used up and what ACTIVATION blocks give is bound to a \
          device, so that neither shares a count. An UPGRADE takes the sharing of the block it adds to: only VIRTUAL \
          may stand there.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=ACTIVATION COUNT=5 SHARE=HOST }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=ACTIVATION COUNT=5 SHARE=VIRTUAL }\n"),
    remedy: "Remove the value, or change the kind of the block.",
    check: Check::Whole(check),
};

const BOTH: &[Share] = &[Share::Virtual, Share::Cloud];
const LOCAL: &[Share] = &[Share::Virtual, Share::Cloud, Share::TerminalServer, Share::Single];
const NETWORK: &[Share] = &[Share::Host, Share::User, Share::Custom, Share::Virtual, Share::Cloud];

/// The values that SHARE may have on a kind of block.
fn allowed(kind: Kind) -> &'static [Share] {
    match kind {
        Kind::Exclusive | Kind::Additive | Kind::Token => NETWORK,
        Kind::Local => LOCAL,
        Kind::Metered | Kind::Activation => BOTH,
        Kind::Upgrade => &[Share::Virtual],
    }
}

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for block in cx.blocks() {
        let Some(share) = block.feature.share else { continue };
        let kind = block.feature.kind;
        let good = allowed(kind);
        let stray: Vec<&str> = Share::ALL
            .iter()
            .filter(|(value, _)| share.value.has(*value) && !good.contains(value))
            .map(|(_, word)| *word)
            .collect();
        if stray.is_empty() {
            continue;
        }
        let words: Vec<&str> =
            Share::ALL.iter().filter(|(value, _)| good.contains(value)).map(|(_, word)| *word).collect();
        let message = format!("SHARE of {} block cannot have {}", kind.with_article(), phrase::list(&stray));
        sink.push(
            cx.found(&CODE, block, share.span, message)
                .help(format!("here it may have {}", phrase::list(&words))),
        );
    }
}
