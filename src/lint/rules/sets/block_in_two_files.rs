//! X005: the same block in two files.

use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::Code;
use crate::graph::Block;
use crate::lint::phrase;
use crate::lint::{Check, Context, Example, Rule, Sink};

use super::{Content, content};

/// The same block in two files.
static CODE: Code = Code::error("X005", "block-in-two-files");

pub(in crate::lint) static RULE: Rule = Rule {
    code: &CODE,
    what: "a block that says the same as one in another file of the run, KEY aside",
    why: "It counts once, however often it is read. Where two are meant one is lost; where a file was copied, a change \
          to one of them is easily missed in the other.",
    bad: Example::Files(&[
        ("a.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        ("b.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    ]),
    good: Example::Files(&[
        ("a.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        ("b.lic", "FEATURE Print { VENDOR=Acme COUNT=5 }\n"),
    ]),
    remedy: "Remove one of the two; what was bought twice has an SN of its own each time.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    if cx.licenses.len() < 2 {
        return;
    }
    // By the two files: of a file that was copied one finding is enough.
    let mut copies: BTreeMap<(usize, usize), Vec<(&Block<'_>, &Block<'_>)>> = BTreeMap::new();
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let mut met: HashMap<Content, &Block<'_>> = HashMap::new();
        for block in named.blocks.iter().filter_map(|id| cx.graph.block(*id)) {
            let first = *met.entry(content(block)).or_insert(block);
            if first.file != block.file {
                copies.entry((block.file, first.file)).or_default().push((block, first));
            }
        }
    }
    for pairs in copies.values() {
        let Some((block, first)) = pairs.first() else { continue };
        let names: Vec<&str> = pairs.iter().map(|(block, _)| block.name()).collect();
        let (noun, verb) = if names.len() == 1 { ("block", "stands") } else { ("blocks", "stand") };
        let message =
            format!("the {noun} {} {verb} in another file too, and counts once", phrase::list(&names));
        sink.push(
            cx.found(&CODE, block, block.feature.name.span, message)
                .also_in(first.license.source.id(), first.feature.name.span, "the same block")
                .help("remove one of the two; what was bought twice has an SN of its own each time"),
        );
    }
}
