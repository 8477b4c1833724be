//! H002: a SHARE value that does not apply to this kind of block.

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::{Kind, Share};
use keywright_syntax::diagnostic::Code;

/// A SHARE value that does not apply to this kind of block.
static CODE: Code = Code::error("H002", "misplaced-share");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a value of SHARE that has no effect on this kind of block",
    rationale: "HOST, USER and CUSTOM share the count of floating licenses. TERMINALSERVER and SINGLE apply to local \
          licenses, VIRTUAL and CLOUD to both. METERED licenses are consumed and ACTIVATION licenses are bound \
          to a device, so neither can share a count. An UPGRADE uses the sharing of the block that it adds to \
          and accepts only VIRTUAL.",
    bad: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=ACTIVATION COUNT=5 SHARE=HOST }\n"),
    good: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=ACTIVATION COUNT=5 SHARE=VIRTUAL }\n"),
    how_to_fix: "Remove the value, or change the KEYTYPE.",
    check: Check::Project(check),
};

const BOTH: &[Share] = &[Share::Virtual, Share::Cloud];
const LOCAL: &[Share] = &[Share::Virtual, Share::Cloud, Share::TerminalServer, Share::Single];
const NETWORK: &[Share] = &[Share::Host, Share::User, Share::Custom, Share::Virtual, Share::Cloud];

/// The values of SHARE that a kind of block accepts.
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
        let message = format!("SHARE of {} block cannot be {}", kind.with_article(), message::list(&stray));
        sink.push(
            cx.found(&CODE, block, share.span, message)
                .help(format!("allowed here: {}", message::list(&words))),
        );
    }
}
