//! X006: a block without LICENSEE among blocks that have one.

use std::collections::{BTreeMap, HashSet};

use crate::message;
use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::Code;

use super::licensee;

/// A block without LICENSEE among blocks that have one.
static CODE: Code = Code::warning("X006", "missing-licensee");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block without LICENSEE in a file whose other blocks of the vendor have one",
    rationale: "The block does not say whose license it is: any customer can copy it into their file, and `verify` \
          accepts it there.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" }
FEATURE Print { VENDOR=Acme COUNT=5 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" }
FEATURE Print { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" }
",
    ),
    how_to_fix: "Add LICENSEE to every block.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut named: HashSet<(usize, &str)> = HashSet::new();
    let mut unnamed: BTreeMap<(usize, &str), Vec<&GraphBlock<'_>>> = BTreeMap::new();
    for block in cx.blocks() {
        let group = (block.file, block.vendor());
        if licensee(block).is_some() {
            named.insert(group);
        } else {
            unnamed.entry(group).or_default().push(block);
        }
    }
    for (_, blocks) in unnamed.iter().filter(|(group, _)| named.contains(group)) {
        let Some(block) = blocks.first() else { continue };
        let names: Vec<&str> = blocks.iter().map(|block| block.name()).collect();
        let verb = if names.len() == 1 { "has" } else { "have" };
        let names = message::list(&names);
        let message = format!("{names} {verb} no LICENSEE, unlike other blocks of the file");
        sink.push(
            cx.found(&CODE, block, block.feature.name.span, message).help("add LICENSEE to every block"),
        );
    }
}
