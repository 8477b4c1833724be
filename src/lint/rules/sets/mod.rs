//! X: duplicates, similar names and sets, in one file or across files.

use crate::Context;
use keywright_license::{Feature, Kind, License};
use keywright_resolve::graph::{DependencyTarget, GraphBlock, Hop};

pub(crate) mod block_in_two_files;
pub(crate) mod crossed_sets;
pub(crate) mod mixed_set;
pub(crate) mod pasted_block;
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

/// Returns true if a further block of this kind and name grants more, so a copy would too.
fn adds(block: &GraphBlock<'_>) -> bool {
    matches!(block.feature.kind, Kind::Additive | Kind::Upgrade | Kind::Metered | Kind::Activation)
}

/// Returns true if two blocks of different files are the same license.
pub(super) fn same_block_elsewhere(one: &GraphBlock<'_>, other: &GraphBlock<'_>) -> bool {
    one.file != other.file
        && one.name() == other.name()
        && one.feature.kind == other.feature.kind
        && content(one.license, one.feature) == content(other.license, other.feature)
}

/// The dependencies of blocks with an SN that only blocks with another SN serve, each with such a block.
fn crossings<'a>(cx: &Context<'a>) -> Vec<(Hop, GraphBlock<'a>)> {
    let mut found = Vec::new();
    for block in cx.blocks() {
        let Some(set) = &block.feature.sn else { continue };
        for (hop, need, target) in cx.graph.needs(block.id) {
            if target != DependencyTarget::Served {
                continue;
            }
            let mut serving = cx.graph.serving(block, need).take(64);
            let stranger =
                |one: &&GraphBlock<'_>| one.feature.sn.as_ref().is_some_and(|sn| sn.value != set.value);
            let Some(first) = serving.next().filter(stranger) else { continue };
            if serving.all(|one| stranger(&one)) {
                found.push((hop, *first));
            }
        }
    }
    found
}
