//! X007: several purchases without a customer.

use std::collections::{HashMap, HashSet};

use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::Code;
use keywright_syntax::excerpt;

use super::licensee;

/// Several purchases without a customer.
static CODE: Code = Code::note("X007", "several-purchases");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "blocks of one vendor with different SN, none of which has a LICENSEE",
    rationale: "SN names a purchase, and a customer may have several. Without LICENSEE, nothing says that the \
          purchases are of one customer.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 SN=A-1001 }
FEATURE Print { VENDOR=Acme COUNT=5 SN=A-1002 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 SN=A-1001 LICENSEE=\"Example Ltd\" }
FEATURE Print { VENDOR=Acme COUNT=5 SN=A-1002 LICENSEE=\"Example Ltd\" }
",
    ),
    how_to_fix: "Add LICENSEE to every block.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // Few licenses have an SN, and reading LICENSEE of all blocks takes longer.
    if cx.blocks().all(|block| block.feature.sn.is_none()) {
        return;
    }
    let named: HashSet<&str> =
        cx.blocks().filter(|block| licensee(block).is_some()).map(GraphBlock::vendor).collect();
    let mut first: HashMap<&str, &GraphBlock<'_>> = HashMap::new();
    let mut reported: HashSet<&str> = HashSet::new();
    for block in cx.blocks().filter(|block| !named.contains(block.vendor())) {
        let Some(own) = &block.feature.sn else { continue };
        let known_in = *first.entry(block.vendor()).or_insert(block);
        let Some(known) = known_in.feature.sn.as_ref().filter(|known| known.value != own.value) else {
            continue;
        };
        if !reported.insert(block.vendor()) {
            continue;
        }
        let [one, other] = [known.value.as_str(), own.value.as_str()].map(excerpt);
        let message = format!("blocks of the purchases `{one}` and `{other}`, and none has a LICENSEE");
        sink.push(
            cx.found(&CODE, block, own.span, message)
                .also_in(known_in.license.source.id(), known.span, "the first purchase")
                .help("add LICENSEE to every block, to say that the purchases are of one customer"),
        );
    }
}
