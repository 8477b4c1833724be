//! Duplicates: blocks with the same content. They count once.

use std::borrow::Cow;
use std::collections::HashMap;

use keywright_license::{Feature, License};

use super::model::{GraphBlock, GraphBlockId};

/// Records for each block the earlier block of which it is a duplicate, given the index of the name of each block. Names
/// that appear once are not compared.
pub(super) fn mark(blocks: &mut [GraphBlock<'_>], names: &[Option<u32>]) {
    // There are at most as many names as blocks.
    let mut times = vec![0_u32; blocks.len()];
    for name in names.iter().flatten() {
        if let Some(times) = times.get_mut(*name as usize) {
            *times += 1;
        }
    }
    let is_alone = |name: Option<u32>| name.is_some_and(|name| times.get(name as usize) == Some(&1));
    let mut first: HashMap<Content<'_>, GraphBlockId> = HashMap::new();
    for (block, _) in blocks.iter_mut().zip(names).filter(|(_, name)| !is_alone(**name)) {
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
