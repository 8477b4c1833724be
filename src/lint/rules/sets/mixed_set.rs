//! X003: blocks of different customers in one file, or in files that are used together.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use crate::{Check, Context, Example, Rule, Sink};
use keywright_license::is_same_customer;
use keywright_resolve::graph::GraphBlock;
use keywright_syntax::diagnostic::{Code, Diagnostic};

use super::{Licensee, crossings, licensee, two_names};

/// Blocks of different customers.
static CODE: Code = Code::error("X003", "mixed-set");

pub(crate) static RULE: Rule = Rule {
    code: &CODE,
    summary: "a file, or a set of files that are used together, with blocks of one vendor for different LICENSEE",
    rationale: "LICENSEE names the customer. A file with two of them was assembled by hand, and gives one customer \
          the licenses of another. Names that differ only in Unicode composition or in spaces, no-break spaces \
          included, are the same customer. Different SN are purchases of one customer, and normal.",
    bad: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" }
FEATURE Print { VENDOR=Acme COUNT=5 LICENSEE=\"Other Ltd\" }
",
    ),
    good: Example::Text(
        "FEATURE Draw { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" SN=A-1001 }
FEATURE Print { VENDOR=Acme COUNT=5 LICENSEE=\"Example Ltd\" SN=A-1002 }
",
    ),
    how_to_fix: "Keep the blocks of each customer in their own file. If both names are of one customer, write \
             LICENSEE the same way in every block.",
    check: Check::Project(check),
};

fn check(cx: &Context<'_>, sink: &mut Sink<'_>) {
    let mut first: HashMap<&str, (&GraphBlock<'_>, Licensee<'_>)> = HashMap::new();
    let mut reported: HashSet<usize> = HashSet::new();
    let crossed = LazyCell::new(|| crossed(cx));
    for block in cx.blocks() {
        let Some(customer) = licensee(block) else { continue };
        let Some((known_in, known)) = first.get(block.vendor()) else {
            first.insert(block.vendor(), (block, customer));
            continue;
        };
        if is_same_customer(&known.name, &customer.name)
            || block.file != known_in.file && crossed.contains(&block.file)
        {
            continue;
        }
        // One finding a file is enough.
        if reported.insert(block.file) {
            sink.push(finding(cx, (block, &customer), (known_in, known)));
        }
    }
}

/// Files with a token of one customer, or the pool of another that it draws on. X004 reports these.
fn crossed(cx: &Context<'_>) -> HashSet<usize> {
    let files = crossings(cx)
        .into_iter()
        .filter_map(|(hop, provider)| Some([cx.graph.block(hop.block)?.file, provider.file]));
    files.flatten().collect()
}

fn finding(
    cx: &Context<'_>,
    (block, customer): (&GraphBlock<'_>, &Licensee<'_>),
    (known_in, known): (&GraphBlock<'_>, &Licensee<'_>),
) -> Diagnostic {
    let is_one_file = block.file == known_in.file;
    let place = if is_one_file { "one file" } else { "files that are used together" };
    let message = format!("different LICENSEE in {place}: {}", two_names(&known.name, &customer.name));
    let first = known_in.license.source.id();
    cx.found(&CODE, block, customer.span, message).also_in(first, known.span, "the first name").help(
        "keep the blocks of each customer in their own file, or write the name the same way in every block",
    )
}
