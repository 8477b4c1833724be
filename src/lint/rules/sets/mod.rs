//! X: duplicates, similar names, customers and purchases, in one file or across files.

use std::borrow::Cow;

use crate::Context;
use keywright_license::{Feature, License, customer_difference, is_same_customer};
use keywright_resolve::graph::{DependencyTarget, GraphBlock, Hop};
use keywright_syntax::source::Span;

pub(crate) mod block_in_two_files;
pub(crate) mod crossed_sets;
pub(crate) mod missing_licensee;
pub(crate) mod mixed_set;
pub(crate) mod pasted_block;
pub(crate) mod several_purchases;
pub(crate) mod similar_names;

/// Name and value of each directive of a block except KEY.
type Content = Vec<(String, String)>;

/// The content of a block, which is equal for blocks that are the same license.
pub(crate) fn content(license: &License, feature: &Feature) -> Content {
    let records = license.records(feature).filter(|(name, _)| *name != "KEY");
    let mut all: Vec<_> = records.map(|(name, value)| (name.to_owned(), value.into_owned())).collect();
    // The sort is stable because the order of repeatable directives matters.
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all.insert(0, ("FEATURE".to_owned(), feature.name.value.as_str().to_owned()));
    all
}

/// The customer of a block.
#[derive(Debug, Clone)]
struct Licensee<'a> {
    /// LICENSEE as written.
    name: Cow<'a, str>,
    span: Span,
}

/// Returns LICENSEE of a block and its place, if it has one.
fn licensee<'a>(block: &GraphBlock<'a>) -> Option<Licensee<'a>> {
    let source = &block.license.source;
    let mut directives = block.license.block(block.feature)?.directives();
    let own = directives.find(|directive| source.slice(directive.name) == "LICENSEE")?;
    Some(Licensee { name: own.value.folded(source), span: own.value.inner() })
}

/// Returns two customer names for a message, with their difference by code point if a reader can overlook it.
fn two_names(one: &str, other: &str) -> String {
    let short = keywright_syntax::excerpt;
    let difference = customer_difference(one, other).map(|difference| format!(" ({difference})"));
    format!("`{}` and `{}`{}", short(one), short(other), difference.unwrap_or_default())
}

/// The dependencies of blocks with a LICENSEE that only blocks of another LICENSEE serve, each with such a block.
fn crossings<'a>(cx: &Context<'a>) -> Vec<(Hop, GraphBlock<'a>)> {
    let mut found = Vec::new();
    for block in cx.blocks().filter(|block| !block.feature.dependencies.is_empty()) {
        let Some(own) = licensee(block) else { continue };
        for (hop, need, target) in cx.graph.needs(block.id) {
            if target != DependencyTarget::Served {
                continue;
            }
            let mut serving = cx.graph.serving(block, need).take(64);
            let stranger = |one: &&GraphBlock<'_>| {
                licensee(one).is_some_and(|other| !is_same_customer(&own.name, &other.name))
            };
            let Some(first) = serving.next().filter(stranger) else { continue };
            if serving.all(|one| stranger(&one)) {
                found.push((hop, *first));
            }
        }
    }
    found
}
