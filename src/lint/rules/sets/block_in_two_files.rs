//! X005: the same block in two files.

use std::collections::BTreeMap;

use crate::message;
use crate::{Check, Context, CrossFileMatch, DuplicateKind, Example, Rule, Sink};
use keywright_license::Feature;
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::FileId;

/// The same block in two files.
static CODE: Code = Code::warning("X005", "block-in-two-files");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a block that is identical, apart from its KEY, to a block in another file of the run",
    rationale: "Identical blocks count once, however many files contain them. If two purchases are intended, one is \
          lost; if a file was copied, a change to one copy is easily missed in the other. Files that are \
          separate licenses may share blocks without SN, because such tokens go to every customer. A shared \
          block with an SN means that one purchase was sent out twice.",
    bad: Example::Files(&[
        ("a.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        ("b.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
    ]),
    good: Example::Files(&[
        ("a.lic", "FEATURE Draw { VENDOR=Acme COUNT=5 }\n"),
        ("b.lic", "FEATURE Print { VENDOR=Acme COUNT=5 }\n"),
    ]),
    how_to_fix: "Remove one of the two. Give each purchase its own SN.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    apart(cx, sink);
    if cx.licenses.len() < 2 {
        return;
    }
    // Grouped by file pair: one finding per copied file is enough.
    let mut copies: BTreeMap<(usize, usize), Vec<(&GraphBlock<'_>, &GraphBlock<'_>)>> = BTreeMap::new();
    for block in cx.blocks() {
        let first = block.copy_of.and_then(|first| cx.graph.block(first));
        if let Some(first) = first.filter(|first| first.file != block.file) {
            copies.entry((block.file, first.file)).or_default().push((block, first));
        }
    }
    for pairs in copies.values() {
        let Some((block, first)) = pairs.first() else { continue };
        let names: Vec<&str> = pairs.iter().map(|(block, _)| block.name()).collect();
        let (noun, verb) = if names.len() == 1 { ("block", "is") } else { ("blocks", "are") };
        let count = if names.len() == 1 { "counts" } else { "count" };
        let message = format!(
            "the {noun} {} {verb} duplicated in another file, and {count} once",
            message::list(&names)
        );
        sink.push(
            cx.found(&CODE, block, block.feature.name.span, message)
                .also_in(first.license.source.id(), first.feature.name.span, "the same block")
                .help(HELP),
        );
    }
}

const HELP: &str = "remove one of the two, or give each purchase its own SN";

/// Compares files that are separate licenses. Reports one finding per earlier file.
fn apart(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut copies: BTreeMap<(FileId, &str), Vec<(&CrossFileMatch, &Feature)>> = BTreeMap::new();
    for one in cx.options.elsewhere.iter().filter(|one| one.twin == DuplicateKind::Block) {
        let Some(feature) = cx.feature(one.file, one.block) else { continue };
        let other = one.place.rsplit_once(':').map_or(&*one.place, |(file, _)| file);
        copies.entry((one.file, other)).or_default().push((one, feature));
    }
    for ((file, _), pairs) in copies {
        let Some((first, feature)) = pairs.first() else { continue };
        let names: Vec<&str> = pairs.iter().map(|(_, feature)| feature.name.value.as_str()).collect();
        let (noun, verb) = if names.len() == 1 { ("block", "is") } else { ("blocks", "are") };
        let names = message::list(&names);
        let place = &first.place;
        let message = format!("the {noun} {names} of one purchase {verb} also in `{place}`");
        sink.push(Diagnostic::new(&CODE, file, feature.name.span, message).help(HELP));
    }
}
