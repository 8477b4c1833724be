//! X001: a duplicate block that counts once.

use std::collections::HashMap;

use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::Code;

use super::{Content, adds, content};

/// A duplicate block that counts once.
static CODE: Code = Code::error("X001", "pasted-block");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    what: "a duplicate ADDITIVE, UPGRADE, METERED or ACTIVATION block",
    why: "Identical blocks count once, because otherwise a customer could double a license by pasting its \
          block. If two purchases are intended, the second one is lost.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=5 }
FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=5 }
",
    ),
    good: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=10 }\n"),
    remedy: "Remove the copy, or raise COUNT. Give each purchase its own SN, preferably in a separate file: \
             `verify` reports two sets in one file as mixed.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let mut met: HashMap<(usize, Content), &GraphBlock<'_>> = HashMap::new();
        for block in named.blocks.iter().filter_map(|id| cx.graph.block(*id)).filter(|block| adds(block)) {
            let key = (block.file, content(block.license, block.feature));
            let Some(first) = met.get(&key) else {
                met.insert(key, block);
                continue;
            };
            let message = format!("duplicate block of `{}` counts once", block.name());
            sink.push(
                cx.found(&CODE, block, block.feature.name.span, message)
                    .also(first.feature.name.span, "the same block")
                    .help("remove it, raise COUNT, or give each purchase its own SN, preferably in a separate file"),
            );
        }
    }
}
