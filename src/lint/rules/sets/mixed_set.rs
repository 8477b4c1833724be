//! X003: blocks of different sets in one file.

use std::collections::{HashMap, HashSet};

use crate::{Check, Context, Example, Rule, Sink};
use keywright_resolve::graph::{GraphBlock, GraphBlockId};
use keywright_syntax::diagnostic::{Code, Diagnostic};
use keywright_syntax::source::Span;

use super::{Content, adds, content, crossings};

/// Blocks of different sets in one file.
static CODE: Code = Code::error("X003", "mixed-set");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    what: "a file that contains blocks with different SN, or with different LICENSEE",
    why: "SN names the set in which the blocks were issued, and LICENSEE the customer. A file with two of them \
          was assembled by hand and may belong to two customers.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 SN=A-1001 }
FEATURE Print { VENDOR=Acme COUNT=5 SN=A-1002 }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 SN=A-1001 }
FEATURE Print { VENDOR=Acme COUNT=5 SN=A-1001 }
",
    ),
    remedy: "Keep each set in its own file. License servers read any number of files.",
    check: Check::Whole(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    // X004 reports dependencies across sets within a file, which is more specific.
    let crossed: HashSet<usize> = crossings(cx)
        .into_iter()
        .filter_map(|(hop, provider)| Some((cx.graph.block(hop.block)?.file, provider.file)))
        .filter(|(token, provider)| token == provider)
        .map(|(file, _)| file)
        .collect();
    let twins = twins(cx);
    let mut first: [Option<(usize, String, Span)>; 2] = [None, None];
    let mut reported: HashSet<usize> = crossed;
    for block in cx.blocks() {
        let sn = if twins.contains(&block.id) { None } else { sn(block) };
        for (slot, (what, place)) in first.iter_mut().zip([("SN", sn), ("LICENSEE", licensee(block))]) {
            let Some((value, span)) = place else { continue };
            match slot {
                Some((file, known, at)) if *file == block.file => {
                    if *known != value && reported.insert(block.file) {
                        sink.push(finding(cx, block, what, (span, &value), (*at, known)));
                    }
                }
                _ => *slot = Some((block.file, value, span)),
            }
        }
    }
}

/// Blocks that add to each other and differ only in SN. In these, SN distinguishes two purchases instead of naming a
/// set.
fn twins(cx: &Context<'_>) -> HashSet<GraphBlockId> {
    let mut twins = HashSet::new();
    for named in cx.graph.names().iter().filter(|named| named.blocks.len() > 1) {
        let mut met: HashMap<(usize, Content), GraphBlockId> = HashMap::new();
        for block in named.blocks.iter().filter_map(|id| cx.graph.block(*id)).filter(|block| adds(block)) {
            let mut said = content(block.license, block.feature);
            said.retain(|(name, _)| name != "SN");
            if let Some(first) = met.insert((block.file, said), block.id) {
                twins.extend([first, block.id]);
            }
        }
    }
    twins
}

fn sn(block: &GraphBlock<'_>) -> Option<(String, Span)> {
    block.feature.sn.as_ref().map(|sn| (sn.value.as_str().to_owned(), sn.span))
}

fn licensee(block: &GraphBlock<'_>) -> Option<(String, Span)> {
    let source = &block.license.source;
    let directives = block.license.block(block.feature)?.directives();
    let own = directives.into_iter().find(|directive| source.slice(directive.name) == "LICENSEE")?;
    Some((own.value.folded(source).into_owned(), own.value.inner()))
}

fn finding(
    cx: &Context<'_>,
    block: &GraphBlock<'_>,
    what: &str,
    (span, value): (Span, &str),
    (first, known): (Span, &str),
) -> Diagnostic {
    let short = keywright_syntax::excerpt;
    let message = format!("different {what} in one file: `{}` and `{}`", short(known), short(value));
    cx.found(&CODE, block, span, message)
        .also(first, "the first value")
        .help("keep each set in its own file; license servers read any number of files")
}
