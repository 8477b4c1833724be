//! Duplicates: blocks with the same content. They count once.

use std::borrow::Cow;
use std::collections::HashMap;

use keywright_license::{Feature, License};

use super::model::{GraphBlock, GraphBlockId};

/// Records for each block the earlier block of which it is a duplicate. Names that appear once are not compared.
pub(super) fn mark(blocks: &mut [GraphBlock<'_>]) {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for block in blocks.iter() {
        *times.entry(block.name()).or_default() += 1;
    }
    let mut first: HashMap<Content<'_>, GraphBlockId> = HashMap::new();
    for block in blocks.iter_mut().filter(|block| times.get(block.name()) != Some(&1)) {
        let known = *first.entry(content(block.license, block.feature)).or_insert(block.id);
        block.copy_of = (known != block.id).then_some(known);
    }
}

/// The name of a block, and its directives except KEY.
type Content<'a> = (&'a str, Vec<(&'a str, Cow<'a, str>)>);

/// The content of a block. The directives are ordered by name; the order of repeated ones matters.
fn content<'a>(license: &'a License, feature: &'a Feature) -> Content<'a> {
    let mut records: Vec<_> = license.records(feature).filter(|(name, _)| *name != "KEY").collect();
    records.sort_by_key(|(name, _)| *name);
    (feature.name.value.as_str(), records)
}
