//! X001: a copy of a block that would double the license.

use std::collections::HashMap;

use crate::diagnostic::Code;
use crate::graph::Block;
use crate::lint::{Check, Context, Example, Rule, Sink};

use super::{Content, adds, content};

/// A copy of a block that would double the license.
static CODE: Code = Code::error("X001", "pasted-block");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a second block that says exactly the same as one before it: ADDITIVE, UPGRADE, METERED or ACTIVATION",
    why: "A copy counts once, or anybody could double a license by pasting its block. If two are meant, the second is \
          lost.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=5 }
FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=5 }
",
    ),
    good: Example::Text("FEATURE Draw { VENDOR=Acme KEYTYPE=ADDITIVE COUNT=10 }\n"),
    remedy: "Remove the copy, or raise COUNT. What was bought twice has an SN of its own each time, and best a file of its own: `verify` calls two sets in one file mixed.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let mut met: HashMap<(usize, Content), &Block<'_>> = HashMap::new();
        for block in named.blocks.iter().filter_map(|id| cx.graph.block(*id)).filter(|block| adds(block)) {
            let key = (block.file, content(block.license, block.feature));
            let Some(first) = met.get(&key) else {
                met.insert(key, block);
                continue;
            };
            let message = format!("this block of `{}` is a copy, which counts once", block.name());
            sink.push(
                cx.found(&CODE, block, block.feature.name.span, message)
                    .also(first.feature.name.span, "the same block")
                    .help("remove it, or raise COUNT; what was bought twice has an SN of its own each time, best in a file of its own"),
            );
        }
    }
}
